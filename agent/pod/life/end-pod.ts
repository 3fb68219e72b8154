/** Ends a pod: its containers, sandbox, volumes and object, and finally what the runtime keeps of ended containers. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Observation } from "../../runtime/observation.ts";
import { steadyNow } from "../../steady-now.ts";
import { removePodCgroup } from "../pod-cgroup.ts";
import { type PodRecord, RETRY_MS } from "../pod-record.ts";
import { killAll } from "./stop-containers.ts";

const SHOWN_MS = 1000;

/** Returns whether nothing of the pod is left, here and in the API. */
export async function endPod(record: PodRecord, observation: Observation): Promise<boolean> {
  const { context, reporter } = record;
  const { runtime } = context;
  record.report(observation);
  record.prober.onlyReadiness();
  await killAll(record, observation);
  for (const { id, ready } of observation.sandboxes) if (ready) await runtime.stopSandbox(id);
  const after = await record.observe();
  record.report(after);
  if (after.containers.some(({ state }) => state === "running")) {
    record.wake.within(RETRY_MS);
    return false;
  }
  record.prober.stop();
  const deleted = record.isDeleted;
  await record.volumes.tearDown();
  context.puller.delete(record.uid);
  context.probeCounts.delete(record.uid);
  context.devices.free(record.uid);
  await context.claims.unprepare(record.uid);
  record.endedAt ??= steadyNow();
  const shown = () => steadyNow() - (record.endedAt ?? 0) >= SHOWN_MS;
  if (!deleted && !record.gone) {
    // The containers' last observed states are reported before unknown ones are filled in.
    if (!shown()) {
      record.wake.within(SHOWN_MS);
      return false;
    }
    record.finish();
    // The node needs the room of what it wrote, now and not when somebody deletes the pod.
    if (record.isEvicted || record.freesRoom) await removeContainers(record, after);
    return false;
  }
  const held = () => (record.pod.metadata.finalizers ?? []).length > 0;
  if (!record.gone) {
    await reporter.flushed();
    // Something holds the pod (a finalizer): watchers may want to see its last status before the deletion is final.
    if (held() && !shown()) await sleep(SHOWN_MS);
    record.finish();
    await reporter.flushed();
  }
  await removePodCgroup(record.uid, runtime.cgroupDriver);
  // A stopped container no longer occupies the pod's name, address or volumes.
  if (!record.gone && !(await deleteObject(record))) return false;
  await removeContainers(record, after, { logs: record.gone || !held() });
  for (const { id } of after.sandboxes) await runtime.removeSandbox(id);
  return record.gone || !held();
}

/** What they wrote goes with them. */
async function removeContainers(
  { context, uid }: PodRecord,
  { containers }: Observation,
  { logs } = { logs: true },
): Promise<void> {
  for (const { id } of containers) await context.runtime.removeContainer(id);
  if (logs) context.logs.remove(uid);
}

/** Returns whether the API has deleted the pod. */
async function deleteObject({ context, pod, wake }: PodRecord): Promise<boolean> {
  const { namespace = "", name = "", uid = "" } = pod.metadata;
  try {
    const outcome = await context.reports.delete({ resource: "pods", namespace, name }, { gracePeriodSeconds: 0, uid });
    const code = outcome.ok ? 200 : (outcome.status.code ?? 0);
    if (outcome.ok || code === 404 || code === 409) return true;
    context.log.warn(`pod ${namespace}/${name} cannot be deleted: ${outcome.ok ? "" : outcome.status.message}`);
  } catch {
    // Retried when the control plane is back.
  }
  wake.within(RETRY_MS);
  return false;
}
