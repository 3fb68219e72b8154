import { expect, it } from "vitest";
import { plainContainer, plainSandbox } from "../../../test/fakes/node/plain-container.ts";
import { type RecordedPod, recordedPod } from "../../../test/fakes/node/pod-record.ts";
import { endPod } from "./end-pod.ts";

const deletionTimestamp = "2026-01-01T00:00:00Z";

async function run({ runtime, record }: RecordedPod): Promise<void> {
  const sandbox = plainSandbox({ namespace: "n", name: "p", uid: record.uid });
  const id = await runtime.createContainer(await runtime.runSandbox(sandbox), plainContainer(), sandbox);
  await runtime.startContainer(id);
}

const end = async ({ record }: RecordedPod) => {
  record.terminating = true;
  return endPod(record, await record.observe());
};

it("AGENT-DELETE: a pod's object is deleted once its containers and sandbox have stopped, before the runtime's remains", async () => {
  const pod = recordedPod({ metadata: { deletionTimestamp } });
  await run(pod);
  const { runtime, told } = pod;
  for (const call of ["stopContainer", "removeContainer", "removeSandbox"] as const) {
    const before = runtime[call].bind(runtime);
    runtime[call] = (id: string) => {
      told.push(call);
      return before(id);
    };
  }
  expect(await end(pod)).toBe(true);
  expect(told).toEqual(["Running", "stopContainer", "Succeeded", "deleted", "removeContainer", "removeSandbox"]);
});

it("AGENT-DELETE: a pod that a finalizer holds is not gone, even if nothing of it is left", async () => {
  const pod = recordedPod({ metadata: { deletionTimestamp, finalizers: ["example.com/held"] } });
  await run(pod);
  expect(await end(pod)).toBe(false);
  expect(await pod.runtime.observe()).toEqual({ containers: [], sandboxes: [] });
});

it("a pod that has ended but is not deleted keeps its containers and its object", async () => {
  const pod = recordedPod({ spec: { restartPolicy: "Never" } });
  await run(pod);
  expect(await end(pod)).toBe(false);
  expect((await pod.runtime.observe()).containers).toHaveLength(1);
  expect(pod.told).not.toContain("deleted");
});

it("AGENT-PRESSURE: a pod that has ended keeps its containers until the node needs their room", async () => {
  const pod = recordedPod({ spec: { restartPolicy: "Never" } });
  await run(pod);
  await end(pod);
  pod.record.endedAt = -1000;
  await end(pod);
  expect((await pod.runtime.observe()).containers).toHaveLength(1);
  pod.record.freesRoom = true;
  await end(pod);
  expect((await pod.runtime.observe()).containers).toEqual([]);
});

it("AGENT-PRESSURE-EVICT: an evicted pod keeps its object and its status, and none of its containers", async () => {
  const pod = recordedPod({ spec: { restartPolicy: "Never" } });
  await run(pod);
  pod.record.verdict = { reason: "Evicted", message: "full", refused: false, endedByNode: true, graceSeconds: 1 };
  expect(await end(pod)).toBe(false);
  expect((await pod.runtime.observe()).containers).toHaveLength(1);
  pod.record.endedAt = -1000;
  expect(await end(pod)).toBe(false);
  expect((await pod.runtime.observe()).containers).toEqual([]);
  const { containerStatuses } = pod.record.status;
  await end(pod);
  expect(pod.record.status.containerStatuses).toEqual(containerStatuses);
  expect(containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(0);
  expect(pod.told).not.toContain("deleted");
});

it("a pod that is gone from the API is no longer reported", async () => {
  const pod = recordedPod();
  await run(pod);
  pod.record.gone = true;
  expect(await end(pod)).toBe(true);
  expect(pod.told).toEqual([]);
  expect(await pod.runtime.observe()).toEqual({ containers: [], sandboxes: [] });
});
