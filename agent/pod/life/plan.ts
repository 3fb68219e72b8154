/**
 * The pod state machine: what to do next for a pod, from its spec, the runtime's observation, and what the agent knows.
 * It asks what is missing now; running it twice is harmless. The order is the kubelet's: sandbox, ephemeral containers,
 * init containers one after another, then the main containers.
 */
import type { Pod } from "../../../api/generated/core.v1.ts";
import {
  allContainersOf,
  ephemeralContainersOf,
  initContainersOf,
  isSidecar,
  type PodContainer,
} from "../../pod-spec/containers.ts";
import { restartDecision, restartsAfterKill } from "../../pod-spec/restart.ts";
import type { ContainerObservation } from "../../runtime/observation.ts";
import type { Action, PodPlan } from "./action.ts";
import { ContainerPlanner, type PlanInput } from "./container-planner.ts";

/** Whether the container should be running now, judging by its last end. */
function wantsToRun(pod: Pod, target: PodContainer, observed: ContainerObservation | undefined): boolean {
  if (observed === undefined || observed.state !== "exited") return true;
  return restartDecision(pod, target, observed.exitCode) !== "stay-ended";
}

/** The runtime cannot tell whether it runs: once it is killed, it can tell how it ended. */
function killIfUnknown(target: PodContainer, observed: ContainerObservation | undefined): Action[] {
  if (observed?.state !== "unknown") return [];
  const kind = target.role === "sidecar" || target.role === "init" ? "Init container" : "Container";
  const message = `${kind} is in "unknown" state, try killing it before restart`;
  return [{ do: "kill-container", target, observed, because: "unknown", message }];
}

/** Plans init containers; returns whether the main containers may start. */
function planInit(planner: ContainerPlanner, pod: Pod, mainHasRun: boolean): "initialized" | "waiting" | "failed" {
  const targets = initContainersOf(pod).map(
    (container): PodContainer => ({ role: isSidecar(container) ? "sidecar" : "init", container }),
  );
  const lastRun = targets.findLastIndex((target) => planner.newest(target) !== undefined);
  for (const [i, target] of targets.entries()) {
    const observed = planner.newest(target);
    if (target.role === "sidecar") {
      if (observed?.state === "running") {
        if (planner.hasStarted(target, observed) && planner.replaceIfChanged(target, observed)) continue;
        planner.killIfFailed(target, observed);
        if (mainHasRun || i < lastRun || planner.hasStarted(target, observed)) continue;
        return "waiting";
      }
      planner.start(target);
      if (mainHasRun || i < lastRun) continue;
      return "waiting";
    }
    if (mainHasRun || i < lastRun) continue;
    if (observed === undefined) {
      planner.start(target);
      return "waiting";
    }
    if (observed.state === "running") return "waiting";
    if (observed.state === "exited") {
      if (observed.exitCode === 0) continue;
      if (restartDecision(pod, target, observed.exitCode) === "stay-ended") return "failed";
    }
    planner.start(target);
    return "waiting";
  }
  return "initialized";
}

export function planPod(input: PlanInput): PodPlan {
  const { pod, observation, local } = input;
  if (local.terminating || local.verdict !== undefined) return { actions: [{ do: "end-pod" }] };

  const sandbox = observation.sandboxes[0];
  const mains = pod.spec.containers.map((container): PodContainer => ({ role: "main", container }));
  const anyNewest = ({ container }: PodContainer) => observation.containers.find(({ name }) => name === container.name);

  if (sandbox === undefined || !sandbox.ready) {
    const finished = mains.every(
      (target) => anyNewest(target) !== undefined && !wantsToRun(pod, target, anyNewest(target)),
    );
    const lost = initContainersOf(pod).some((container) => {
      const target: PodContainer = { role: "init", container };
      const observed = anyNewest(target);
      const failed = !isSidecar(container) && observed?.state === "exited" && observed.exitCode !== 0;
      return failed && restartDecision(pod, target, observed.exitCode) === "stay-ended";
    });
    if (sandbox !== undefined && (finished || lost)) return { actions: [{ do: "end-pod" }] };
    const stop = sandbox === undefined ? [] : [{ do: "stop-sandbox" as const, id: sandbox.id }];
    // How they end may be the end of the pod.
    if (stop.length > 0 && observation.containers.some(({ state }) => state === "running")) return { actions: stop };
    return { actions: [...stop, { do: "create-sandbox", attempt: sandbox === undefined ? 0 : sandbox.attempt + 1 }] };
  }

  const unknown = allContainersOf(pod).flatMap((target) => killIfUnknown(target, anyNewest(target)));
  if (unknown.length > 0) return { actions: unknown };

  const restartAll = allContainersOf(pod).some((target) => {
    const observed = anyNewest(target);
    return observed?.state === "exited" && restartDecision(pod, target, observed.exitCode) === "restart-all-containers";
  });
  if (restartAll) return { actions: [{ do: "restart-all" }] };

  const planner = new ContainerPlanner(input, sandbox.id);
  for (const container of ephemeralContainersOf(pod)) {
    const target: PodContainer = { role: "ephemeral", container };
    if (planner.newest(target) === undefined) planner.start(target);
  }

  const mainHasRun = mains.some((target) => {
    const observed = planner.newest(target);
    return observed !== undefined && observed.sandboxId === sandbox.id;
  });
  const init = planInit(planner, pod, mainHasRun);
  if (init === "failed") return { actions: [{ do: "end-pod" }] };
  if (init === "initialized") {
    const alive = mains.filter((target) => {
      const observed = planner.newest(target);
      if (observed?.state !== "running") {
        const wanted = wantsToRun(pod, target, observed);
        if (wanted) planner.start(target);
        return wanted;
      }
      if (planner.replaceIfChanged(target, observed)) return true;
      return !planner.killIfFailed(target, observed) || restartsAfterKill(pod, target);
    });
    const killing = planner.actions.some((action) => action.do === "kill-container" && action.target.role === "main");
    if (alive.length === 0 && !killing) return { actions: [{ do: "end-pod" }] };
  }
  return { actions: planner.actions, ...(planner.wakeAt === undefined ? {} : { wakeAt: planner.wakeAt }) };
}
