/**
 * The pod state machine: what to do next for a pod, from its spec, the runtime's observation, and what the agent knows.
 * It asks what is missing now; running it twice is harmless. The order is the kubelet's: sandbox, ephemeral containers,
 * init containers one after another, then the main containers.
 */
import type { Pod } from "../../../api/generated/core.v1.ts";
import { formatDuration } from "../../../api/machinery/time/duration.ts";
import { backOffEnd } from "../../back-off.ts";
import {
  allContainersOf,
  ephemeralContainersOf,
  initContainersOf,
  isSidecar,
  type PodContainer,
  printPod,
} from "../../pod-spec/containers.ts";
import { restartDecision, restartsAfterKill } from "../../pod-spec/restart.ts";
import type { ProbeKind } from "../../probes/probe-outcome.ts";
import { hasOtherImage, restartCountOf } from "../../runtime/labels.ts";
import type { ContainerObservation, Observation } from "../../runtime/observation.ts";
import type { PodLocal } from "../local.ts";

export type Action =
  | { readonly do: "create-sandbox"; readonly attempt: number }
  /** Stops a sandbox that is no longer ready, so that a new one can be created. */
  | { readonly do: "stop-sandbox"; readonly id: string }
  | {
      readonly do: "start-container";
      readonly target: PodContainer;
      readonly sandboxId: string;
      readonly restartCount: number;
      /** When the previous container ended; the back-off continues from there. */
      readonly endedAt?: number;
    }
  | { readonly do: "back-off"; readonly target: PodContainer; readonly message: string }
  | {
      readonly do: "kill-container";
      readonly target: PodContainer;
      readonly observed: ContainerObservation;
      readonly because: ProbeKind | "definition" | "unknown";
      readonly message: string;
    }
  /** Removes all containers; the next plan starts them from the first on. */
  | { readonly do: "restart-all" }
  /** No container is left to run, or the pod must go: stop everything and never start anything again. */
  | { readonly do: "end-pod" };

export interface PodPlan {
  readonly actions: readonly Action[];
  /** Plan again at this time (ms), even if nothing has changed. */
  readonly wakeAt?: number;
}

interface PlanInput {
  readonly pod: Pod;
  readonly observation: Observation;
  readonly local: PodLocal;
  readonly now: number;
}

class Planner {
  readonly actions: Action[] = [];
  wakeAt: number | undefined;
  readonly #input: PlanInput;
  readonly #sandboxId: string;

  constructor(input: PlanInput, sandboxId: string) {
    this.#input = input;
    this.#sandboxId = sandboxId;
  }

  /** The newest container of that name; init containers only count in the current sandbox. */
  newest({ role, container }: PodContainer): ContainerObservation | undefined {
    const found = this.#input.observation.containers.find(({ name }) => name === container.name);
    const stale = (role === "init" || role === "sidecar") && found?.sandboxId !== this.#sandboxId;
    return stale ? undefined : found;
  }

  /**
   * Starts it, or waits for its back-off: from its last end or, if it has yet to be killed, that of the previous one.
   */
  start(target: PodContainer): void {
    const { observation, local, now, pod } = this.#input;
    const all = observation.containers.filter(({ name }) => name === target.container.name);
    const [last] = all;
    const restarts = local.restartedAll.get(target.container.name) ?? 0;
    const restartCount = last === undefined ? Math.max(restarts, statusCount(pod, target)) : restartCountOf(last) + 1;
    const endedAt = all.find(({ state }) => state === "exited")?.finishedAt;
    if (endedAt !== undefined) {
      const backOff = local.backOff.get(target.container.name);
      const end = backOffEnd(backOff, endedAt, now);
      if (backOff !== undefined && end !== undefined) {
        const message = `back-off ${formatDuration(backOff.durationMs)} restarting failed container=${target.container.name} pod=${printPod(pod)}`;
        this.actions.push({ do: "back-off", target, message });
        this.wakeAt = Math.min(this.wakeAt ?? end, end);
        return;
      }
    }
    this.actions.push({
      do: "start-container",
      target,
      sandboxId: this.#sandboxId,
      restartCount,
      ...(endedAt === undefined ? {} : { endedAt }),
    });
  }

  hasStarted({ container }: PodContainer, observed: ContainerObservation): boolean {
    return container.startupProbe === undefined || this.#input.local.probes.get(observed.id)?.startup === "success";
  }

  /** Kills a running container that failed a probe, and restarts it if it should run; returns whether it did. */
  killIfFailed(target: PodContainer, observed: ContainerObservation): boolean {
    const probes = this.#input.local.probes.get(observed.id);
    const because = probes?.liveness === "failure" ? "liveness" : probes?.startup === "failure" ? "startup" : undefined;
    if (because === undefined) return false;
    const restarts = restartsAfterKill(this.#input.pod, target);
    const message = this.#failureOf(target, because);
    this.actions.push({ do: "kill-container", target, observed, because, message });
    if (restarts) this.start(target);
    return true;
  }

  /** In the kubelet's words; the last main container ends with its pod. */
  #failureOf(target: PodContainer, because: ProbeKind): string {
    const { name } = target.container;
    if (target.role === "sidecar") return `Init container ${name} failed ${because} probe`;
    const { pod, observation } = this.#input;
    if (restartsAfterKill(pod, target)) return `Container ${name} failed ${because} probe, will be restarted`;
    const mains = new Set(pod.spec.containers.map((each) => each.name));
    const running = observation.containers.filter((each) => each.state === "running" && mains.has(each.name));
    return running.length > 1 ? `Container ${name} failed ${because} probe` : `Stopping container ${name}`;
  }

  /** Replaces a running container whose image has changed, under every restart policy; returns whether it did. */
  replaceIfChanged(target: PodContainer, observed: ContainerObservation): boolean {
    if (!hasOtherImage(target.container, observed)) return false;
    const { name } = target.container;
    const message =
      target.role === "sidecar"
        ? `Init container ${name} definition changed`
        : `Container ${name} definition changed, will be restarted`;
    this.actions.push({ do: "kill-container", target, observed, because: "definition", message });
    this.start(target);
    return true;
  }
}

/** Containers that are gone from the runtime still count: their restarts are in the status. */
function statusCount(pod: Pod, { container }: PodContainer): number {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status;
  const status = [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container.name);
  if (status === undefined) return 0;
  return status.state?.running !== undefined || status.state?.terminated !== undefined
    ? status.restartCount + 1
    : status.restartCount;
}

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
function planInit(planner: Planner, pod: Pod, mainHasRun: boolean): "initialized" | "waiting" | "failed" {
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

  const planner = new Planner(input, sandbox.id);
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
