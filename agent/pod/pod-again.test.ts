import { expect, it } from "vitest";
import { recordedPod } from "../../test/fakes/node/pod-record.ts";
import { PodWorkers } from "./pod-workers.ts";

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
