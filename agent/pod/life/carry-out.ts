/** Carries out a plan, one action at a time. */
import type { ContainerObservation, Observation } from "../../runtime/observation.ts";
import { type PodRecord, RETRY_MS } from "../pod-record.ts";
import type { Action } from "./action.ts";
import { createSandbox, type Outcome, startContainer } from "./start-container.ts";
import { killAll, killFailed, restartAll } from "./stop-containers.ts";

export async function carryOut(record: PodRecord, action: Action, observation: Observation): Promise<Outcome> {
  switch (action.do) {
    case "back-off":
      return "nothing";
    case "end-pod":
      record.terminating = true;
      return "changed";
    case "stop-sandbox":
      // Containers still running in it are ended as they would be with their pod.
      await killAll(record, observation);
      await record.context.runtime.stopSandbox(action.id);
      return "changed";
    case "create-sandbox":
      if (action.attempt > 0)
        record.recordEvent(
          undefined,
          "Normal",
          "SandboxChanged",
          "Pod sandbox changed, it will be killed and re-created.",
        );
      return createSandbox(record, action.attempt);
    case "start-container":
      return startContainer(record, action, observation);
    case "kill-container":
      await killFailed(record, action);
      if (action.because !== "unknown" || (await isKnown(record, action.observed))) return "changed";
      record.wake.within(RETRY_MS);
      return "nothing";
    case "restart-all":
      await restartAll(record, observation);
      return "changed";
  }
}

/** Whether the runtime can tell again what became of the container. */
async function isKnown(record: PodRecord, { id }: ContainerObservation): Promise<boolean> {
  const { containers } = await record.observe();
  return !containers.some((each) => each.id === id && each.state === "unknown");
}

/** Reports once that a container is backing off, and shows it in its status. */
export function showBackOff(record: PodRecord, { target, message }: Extract<Action, { do: "back-off" }>): void {
  const { name } = target.container;
  if (record.waiting.get(name)?.message === message) return;
  record.waiting.set(name, { reason: "CrashLoopBackOff", message });
  const { namespace, name: pod, uid } = record.pod.metadata;
  const where = `${name} in pod ${pod}_${namespace}(${uid})`;
  record.recordEvent(target, "Warning", "BackOff", `Back-off restarting failed container ${where}`);
}

/** A running container is not waiting. */
export function clearWaiting({ waiting }: PodRecord, { containers }: Observation): void {
  for (const name of waiting.keys())
    if (containers.find((container) => container.name === name)?.state === "running") waiting.delete(name);
}
