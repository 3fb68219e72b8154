/**
 * The pod state machine: what to do next for a pod, from its spec, the runtime's observation, and what the agent knows.
 * It asks what is missing now; running it twice is harmless. The order is the kubelet's: sandbox, ephemeral containers,
 * init containers one after another, then the main containers.
 */
import type { Pod } from "../../../api/generated/core.v1.ts";
import { allContainersOf, type ContainerRole, type PodContainer } from "../../pod-spec/containers.ts";
import { restartDecision, restartsAfterKill } from "../../pod-spec/restart.ts";
import type { ContainerObservation } from "../../runtime/observation.ts";
import type { Action, PodPlan } from "./action.ts";
import { ContainerPlanner, newestOf, type PlanInput } from "./container-planner.ts";

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

const END_POD: PodPlan = { actions: [{ do: "end-pod" }] };

export function planPod(input: PlanInput): PodPlan {
  const { pod, observation, local } = input;
  if (local.terminating || local.verdict !== undefined) return END_POD;

  const [sandbox] = observation.sandboxes;
  if (!sandbox?.ready) return planSandbox(input);

  const targets = allContainersOf(pod);
  const unknown = targets.flatMap((target) => killIfUnknown(target, newestOf(observation, target)));
  if (unknown.length > 0) return { actions: unknown };

  const restartAll = targets.some((target) => {
    const observed = newestOf(observation, target);
    return observed?.state === "exited" && restartDecision(pod, target, observed.exitCode) === "restart-all-containers";
  });
  if (restartAll) return { actions: [{ do: "restart-all" }] };

  const planner = new ContainerPlanner(input, sandbox.id);
  for (const target of ofRole(targets, "ephemeral")) if (planner.newest(target) === undefined) planner.start(target);
  const init = planInit(planner, pod);
  if (init === "failed" || (init === "initialized" && !planMains(planner, pod))) return END_POD;
  return { actions: planner.actions, ...(planner.wakeAt === undefined ? {} : { wakeAt: planner.wakeAt }) };
}

const ofRole = (targets: readonly PodContainer[], ...roles: readonly ContainerRole[]) =>
  targets.filter(({ role }) => roles.includes(role));

/** Replaces a sandbox that is not ready, unless nothing would run in the next one. */
function planSandbox({ pod, observation }: PlanInput): PodPlan {
  const [sandbox] = observation.sandboxes;
  if (sandbox === undefined) return { actions: [{ do: "create-sandbox", attempt: 0 }] };
  const targets = allContainersOf(pod);
  const hasFinished = ofRole(targets, "main").every((target) => {
    const observed = newestOf(observation, target);
    return observed !== undefined && !wantsToRun(pod, target, observed);
  });
  const hasFailed = ofRole(targets, "init").some((target) => {
    const observed = newestOf(observation, target);
    return observed?.state === "exited" && observed.exitCode !== 0 && !wantsToRun(pod, target, observed);
  });
  if (hasFinished || hasFailed) return END_POD;
  const stop: Action = { do: "stop-sandbox", id: sandbox.id };
  // How they end may be the end of the pod.
  if (observation.containers.some(({ state }) => state === "running")) return { actions: [stop] };
  return { actions: [stop, { do: "create-sandbox", attempt: sandbox.attempt + 1 }] };
}

/** Plans init containers and sidecars; returns whether the main containers may start. */
function planInit(planner: ContainerPlanner, pod: Pod): "initialized" | "waiting" | "failed" {
  const all = allContainersOf(pod);
  const targets = ofRole(all, "init", "sidecar");
  const mainHasRun = ofRole(all, "main").some((target) => planner.newest(target)?.sandboxId === planner.sandboxId);
  const lastRun = targets.findLastIndex((target) => planner.newest(target) !== undefined);
  for (const [i, target] of targets.entries()) {
    const isPassed = mainHasRun || i < lastRun;
    if (isPassed && target.role === "init") continue;
    const state = target.role === "init" ? planInitContainer(planner, pod, target) : planSidecar(planner, target);
    if (!isPassed && state !== "initialized") return state;
  }
  return "initialized";
}

function planInitContainer(
  planner: ContainerPlanner,
  pod: Pod,
  target: PodContainer,
): "initialized" | "waiting" | "failed" {
  const observed = planner.newest(target);
  if (observed?.state === "running") return "waiting";
  if (observed?.state === "exited") {
    if (observed.exitCode === 0) return "initialized";
    if (!wantsToRun(pod, target, observed)) return "failed";
  }
  planner.start(target);
  return "waiting";
}

function planSidecar(planner: ContainerPlanner, target: PodContainer): "initialized" | "waiting" {
  const observed = planner.newest(target);
  if (observed?.state !== "running") {
    planner.start(target);
    return "waiting";
  }
  const hasStarted = planner.hasStarted(target, observed);
  if (!hasStarted || !planner.replaceIfChanged(target, observed)) planner.killIfFailed(target, observed);
  return hasStarted ? "initialized" : "waiting";
}

/** Plans the main containers; returns whether any runs, is to run, or is still to end. */
function planMains(planner: ContainerPlanner, pod: Pod): boolean {
  const alive = ofRole(allContainersOf(pod), "main").filter((target) => {
    const observed = planner.newest(target);
    if (observed?.state !== "running") {
      const wanted = wantsToRun(pod, target, observed);
      if (wanted) planner.start(target);
      return wanted;
    }
    if (planner.replaceIfChanged(target, observed)) return true;
    return !planner.killIfFailed(target, observed) || restartsAfterKill(pod, target);
  });
  return (
    alive.length > 0 ||
    planner.actions.some((action) => action.do === "kill-container" && action.target.role === "main")
  );
}
