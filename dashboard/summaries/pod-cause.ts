/** Why a pod is as it is: the most specific cause, a container's before the pod's, an init container's before all. */
import type { Container, ContainerStateTerminated, ContainerStatus, Pod } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";

export interface Cause {
  /** In the words of `kubectl get pods`. */
  readonly state: string;
  /** The reason for that state: a container's message, or its exit code; "" if there is none. */
  readonly why: string;
  /** The container that it is about, if it is about one. */
  readonly container?: ContainerCause | undefined;
}

export interface ContainerCause {
  readonly name: string;
  readonly image: string;
  readonly init: boolean;
  /** Why it waits or has ended, in Kubernetes' words; `Running` for one that holds up the pod. */
  readonly reason: string;
  /** How it ended, now or the last time: `OOMKilled`. */
  readonly ended?: string | undefined;
  readonly exitCode?: number | undefined;
}

export function causeOf({ metadata, spec, status }: Stored<Pod>): Cause {
  if (metadata.deletionTimestamp) return { state: "Terminating", why: "" };
  const { initContainerStatuses = [], containerStatuses = [] } = status;
  const own = { state: status.reason ?? status.phase ?? "Unknown", why: status.message ?? "" };
  return (
    causeIn(initContainerStatuses, "Init:") ??
    unfinished(spec.initContainers ?? [], initContainerStatuses) ??
    causeIn(containerStatuses, "") ?? { ...own, ...unready(containerStatuses) }
  );
}

function causeIn(containers: readonly ContainerStatus[], prefix: string): Cause | undefined {
  for (const { name = "", image = "", state, lastState } of containers) {
    const { waiting, terminated } = state ?? {};
    const about = { name, image, init: prefix !== "" };
    if (waiting?.reason && waiting.reason !== "PodInitializing") {
      const last = lastState?.terminated;
      const ended = waiting.reason === "CrashLoopBackOff" ? last : undefined;
      return {
        state: prefix + waiting.reason,
        why: ended ? endOf(name, ended) : (waiting.message ?? ""),
        container: { ...about, reason: waiting.reason, ended: last?.reason, exitCode: last?.exitCode },
      };
    }
    if (terminated && terminated.exitCode !== 0) {
      const { reason, exitCode } = terminated;
      return {
        state: prefix + (reason || `ExitCode:${exitCode}`),
        why: endOf(name, terminated),
        container: { ...about, reason: "Ended", ended: reason, exitCode },
      };
    }
  }
  return undefined;
}

/** The init container that the others wait for. */
function unfinished(containers: readonly Container[], statuses: readonly ContainerStatus[]): Cause | undefined {
  const isDone = ({ name, restartPolicy }: Container) => {
    const status = statuses.find((each) => each.name === name);
    return restartPolicy === "Always" ? status?.started === true : status?.state?.terminated !== undefined;
  };
  const done = containers.findIndex((container) => !isDone(container));
  const status = statuses.find(({ name }) => name === containers[done]?.name);
  if (!status?.state?.running) return undefined;
  const { name = "", image = "" } = status;
  const container = { name, image, init: true, reason: "Running" };
  return { state: `Init:${done}/${containers.length}`, why: "", container };
}

/** The container that runs but is not ready. */
function unready(containers: readonly ContainerStatus[]): Pick<Cause, "container"> {
  const found = containers.find(({ ready, state }) => state?.running && !ready);
  if (!found) return {};
  const { name = "", image = "" } = found;
  return { container: { name, image, init: false, reason: "Running" } };
}

const endOf = (container: string, { exitCode, message }: ContainerStateTerminated): string =>
  `${container} ended with exit code ${exitCode}${message ? `: ${message.trim()}` : "."}`;
