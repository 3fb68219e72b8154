import { expect, it } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import { recordedPod } from "../../test/fakes/node/pod-record.ts";
import { PodWorkers } from "./pod-workers.ts";
import type { WorkerContext } from "./worker-context.ts";

it("AGENT-AGAIN: a pod that the control plane has again while what ran of it is ending runs anew", async () => {
  const { record, runtime } = recordedPod({ spec: { containers: [{ name: "c", image: "i" }] } });
  const { pod, uid } = record;
  const admit = async (_: unknown, onAdmitted: () => void) => onAdmitted();
  const workers = new PodWorkers(() => {});
  const running = async () => {
    const { containers } = await runtime.observe(uid);
    return containers.flatMap(({ id, state }) => (state === "running" ? [id] : []));
  };
  workers.start({ ...record.context, admit: admit as unknown as typeof record.context.admit }, pod);
  await expect.poll(running).toHaveLength(1);
  const [before] = await running();
  workers.remove(uid);
  workers.get(uid)?.update(pod);
  await expect.poll(async () => (await running()).filter((id) => id !== before)).toHaveLength(1);
  workers.remove(uid);
  workers.get(uid)?.update(pod);
  workers.remove(uid);
  await expect.poll(() => workers.all).toEqual([]);
  expect(await running()).toEqual([]);
});

it("AGENT-AGAIN: the answer to a report that was on its way when the pod went does not bring it back", async () => {
  const { record, runtime } = recordedPod({ spec: { containers: [{ name: "c", image: "i" }] } });
  const { pod, uid, context } = record;
  const answers: (() => void)[] = [];
  const later: Pod = { ...pod, metadata: { ...pod.metadata, resourceVersion: "9" } };
  const patch = () => new Promise((resolve) => answers.push(() => resolve({ ok: true, object: later })));
  const admit = async (_: unknown, onAdmitted: () => void) => onAdmitted();
  const workers = new PodWorkers(() => {});
  workers.start({ ...context, admit, reports: { ...context.reports, patch } } as unknown as WorkerContext, pod);
  await expect.poll(() => answers.length).toBeGreaterThan(0);
  workers.remove(uid);
  for (const answer of answers) answer();
  await expect.poll(() => workers.all).toEqual([]);
  expect((await runtime.observe(uid)).containers).toEqual([]);
});

it("AGENT-AGAIN: an agent that has ended, as after a fault, leaves such a pod to its successor", async () => {
  const { record, runtime } = recordedPod({ spec: { containers: [{ name: "c", image: "i" }] } });
  const { pod, uid, context } = record;
  const admit = async (_: unknown, onAdmitted: () => void) => onAdmitted();
  const done: string[] = [];
  const workers = new PodWorkers((uid) => void done.push(uid));
  workers.start({ ...context, admit } as unknown as WorkerContext, pod);
  await expect.poll(async () => (await runtime.observe(uid)).containers[0]?.state).toBe("running");
  workers.remove(uid);
  workers.get(uid)?.update(pod);
  workers.stop();
  await expect.poll(() => done).toEqual([uid]);
  expect(workers.all).toEqual([]);
});
