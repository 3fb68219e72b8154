import { expect, test } from "vitest";
import type { PodStatus } from "../../api/generated/core.v1.ts";
import { recordedPod } from "../../test/fakes/node/pod-record.ts";
import type { ContainerObservation } from "../runtime/observation.ts";
import { HASH, SOURCE } from "../static-pods/mirror.ts";

const READY: PodStatus = {
  phase: "Running",
  conditions: [{ type: "Ready", status: "True" }],
  containerStatuses: [
    { name: "c", containerID: "r://1", image: "", imageID: "", ready: true, restartCount: 0, started: true },
  ],
};
const probe = { initialDelaySeconds: 1000, exec: { command: ["true"] } };
const spec = { containers: [{ name: "c", startupProbe: probe, readinessProbe: probe }] };

/** The record of a pod whose container an earlier run of the agent started. */
async function adopted(annotations: Record<string, string>, status: PodStatus) {
  const { record, runtime } = recordedPod({ metadata: { annotations }, spec, status });
  const running = { id: "r://1", name: "c", state: "running", startedAt: Date.now() } as ContainerObservation;
  runtime.observe = async () => ({ sandboxes: [], containers: [running] });
  await record.observe();
  return record;
}

test("AGENT-PROBE-RESTART: what an earlier run of the agent found is in the pod's status, or its mirror's", async () => {
  const found = { startup: "success", readiness: "success" };
  const pod = await adopted({}, READY);
  expect(pod.local().probes.get("r://1")).toEqual(found);
  const fixed = await adopted({ [SOURCE]: "file", [HASH]: "h" }, {});
  expect(fixed.local().probes.get("r://1")).toEqual({});
  fixed.mirrored({ ...fixed.pod, metadata: { ...fixed.pod.metadata, uid: "mirror" }, status: READY });
  expect(fixed.local().probes.get("r://1")).toEqual(found);
  for (const record of [pod, fixed]) record.stop();
});

test("AGENT-PROBE-RESTART: a container that had started is still known to have when its pod's mirror is made anew", async () => {
  const record = await adopted({ [SOURCE]: "file", [HASH]: "h" }, {});
  const mirror = (uid: string, status: PodStatus) => ({
    ...record.pod,
    metadata: { ...record.pod.metadata, uid },
    status,
  });
  record.mirrored(mirror("mirror", READY));
  record.mirrored(mirror("another", { phase: "Pending" }));
  expect(record.local().probes.get("r://1")).toMatchObject({ startup: "success" });
  record.stop();
});

test("AGENT-STATIC-MIRROR: a mirror that is made anew gets the status of a pod that has yet to start", async () => {
  const { record, told } = recordedPod({
    metadata: { annotations: { [SOURCE]: "file", [HASH]: "h" } },
    spec,
    status: { phase: "Pending" },
  });
  const mirror = (uid: string) => ({ ...record.pod, metadata: { ...record.pod.metadata, uid } });
  record.report(await record.observe());
  for (const uid of ["mirror", "another"]) {
    record.mirrored(mirror(uid));
    record.reportSeen();
    await expect.poll(() => told.splice(0)).toEqual(["Pending"]);
  }
  record.stop();
});
