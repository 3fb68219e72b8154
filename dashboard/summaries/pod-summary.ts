/**
 * The part of a pod that the overview and the ownership tree keep: ten thousand whole pods would exhaust the browser's
 * memory.
 */
import type { ContainerStateTerminated, ContainerStatus, Pod } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { ownersOf } from "./owners.ts";
import { cpuOf, memoryOf } from "./resources.ts";

export interface PodSummary {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly created: string;
  readonly owners: readonly string[];
  readonly node: string;
  /** In the words of `kubectl get pods`. */
  readonly state: string;
  /** The reason for that state: a container's message, or its exit code; "" if there is none. */
  readonly why: string;
  /** Why the scheduler finds no node for it; "" if it did, or has not tried. */
  readonly unschedulable: string;
  readonly ready: boolean;
  readonly finished: boolean;
  readonly restarts: number;
  /** Cores and bytes. */
  readonly cpu: number;
  readonly memory: number;
}

export function podSummaryOf(pod: Stored<Pod>): PodSummary {
  const { metadata, spec, status } = pod;
  const containers = spec.containers ?? [];
  const phase = status.phase ?? "Unknown";
  return {
    uid: metadata.uid,
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    created: metadata.creationTimestamp,
    owners: ownersOf(pod),
    node: spec.nodeName ?? "",
    ...causeOf(pod),
    unschedulable: status.conditions?.find(({ reason }) => reason === "Unschedulable")?.message ?? "",
    ready: status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false,
    finished: phase === "Succeeded" || phase === "Failed",
    restarts: (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + (restartCount ?? 0), 0),
    cpu: containers.reduce((sum, { resources }) => sum + cpuOf(resources?.requests), 0),
    memory: containers.reduce((sum, { resources }) => sum + memoryOf(resources?.requests), 0),
  };
}

type Cause = Pick<PodSummary, "state" | "why">;

/** The most specific cause: a container's before the pod's, an init container's before all. */
function causeOf({ metadata, status }: Stored<Pod>): Cause {
  if (metadata.deletionTimestamp) return { state: "Terminating", why: "" };
  const own = { state: status.reason ?? status.phase ?? "Unknown", why: status.message ?? "" };
  return causeIn(status.initContainerStatuses, "Init:") ?? causeIn(status.containerStatuses, "") ?? own;
}

function causeIn(containers: readonly ContainerStatus[] | undefined, prefix: string): Cause | undefined {
  for (const { name, state, lastState } of containers ?? []) {
    const { waiting, terminated } = state ?? {};
    if (waiting?.reason && waiting.reason !== "PodInitializing") {
      const ended = waiting.reason === "CrashLoopBackOff" ? lastState?.terminated : undefined;
      return { state: prefix + waiting.reason, why: ended ? endOf(name, ended) : (waiting.message ?? "") };
    }
    if (terminated && terminated.exitCode !== 0) {
      return {
        state: prefix + (terminated.reason || `ExitCode:${terminated.exitCode}`),
        why: endOf(name, terminated),
      };
    }
  }
  return undefined;
}

const endOf = (container: string, { exitCode, message }: ContainerStateTerminated): string =>
  `${container} ended with exit code ${exitCode}${message ? `: ${message.trim()}` : "."}`;
