import type { Pod } from "../../../api/generated/core.v1.ts";
import { formatDuration } from "../../../api/machinery/time/duration.ts";
import { backOffEnd } from "../../back-off.ts";
import { type PodContainer, printPod } from "../../pod-spec/containers.ts";
import { restartsAfterKill } from "../../pod-spec/restart.ts";
import type { ProbeKind } from "../../probes/probe-outcome.ts";
import { hasOtherImage, restartCountOf } from "../../runtime/labels.ts";
import type { ContainerObservation, Observation } from "../../runtime/observation.ts";
import type { PodLocal } from "../local.ts";
import type { Action } from "./action.ts";

export interface PlanInput {
  readonly pod: Pod;
  readonly observation: Observation;
  readonly local: PodLocal;
  readonly now: number;
}

/** The newest container of that name, of whichever sandbox. */
export const newestOf = ({ containers }: Observation, { container }: PodContainer): ContainerObservation | undefined =>
  containers.find(({ name }) => name === container.name);

/** Collects what is to be done with the containers of one sandbox. */
export class ContainerPlanner {
  readonly actions: Action[] = [];
  wakeAt: number | undefined;
  readonly #input: PlanInput;
  readonly sandboxId: string;

  constructor(input: PlanInput, sandboxId: string) {
    this.#input = input;
    this.sandboxId = sandboxId;
  }

  /** The newest container of that name; init containers only count in the current sandbox. */
  newest(target: PodContainer): ContainerObservation | undefined {
    const found = newestOf(this.#input.observation, target);
    const stale = (target.role === "init" || target.role === "sidecar") && found?.sandboxId !== this.sandboxId;
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
      sandboxId: this.sandboxId,
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
