/** What of a pod the overview and the ownership tree keep: ten thousand whole pods would fill the browser's memory. */
import type { ContainerStatus, Pod } from "../api/generated/core.v1.ts";
import type { Stored } from "../api/machinery/meta.ts";
import { ownersOf } from "./owners.ts";
import { cpuOf, memoryOf } from "./resources.ts";

export interface PodSummary {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly created: string;
  readonly owners: readonly string[];
  readonly node: string;
  /** As `kubectl get pods` words it. */
  readonly state: string;
  /** Why the scheduler finds it no node; "" where it did, or has not tried. */
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
    state: stateOf(pod),
    unschedulable: status.conditions?.find(({ reason }) => reason === "Unschedulable")?.message ?? "",
    ready: status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false,
    finished: phase === "Succeeded" || phase === "Failed",
    restarts: (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + (restartCount ?? 0), 0),
    cpu: containers.reduce((sum, { resources }) => sum + cpuOf(resources?.requests), 0),
    memory: containers.reduce((sum, { resources }) => sum + memoryOf(resources?.requests), 0),
  };
}

/** The reason nearest to the cause: a container's before the pod's, an init container's before all. */
function stateOf({ metadata, status }: Stored<Pod>): string {
  const init = reasonIn(status.initContainerStatuses, "Init:");
  const reason = init ?? reasonIn(status.containerStatuses, "") ?? status.reason ?? status.phase ?? "Unknown";
  return metadata.deletionTimestamp ? "Terminating" : reason;
}

function reasonIn(containers: readonly ContainerStatus[] | undefined, prefix: string): string | undefined {
  for (const { state } of containers ?? []) {
    const { waiting, terminated } = state ?? {};
    if (waiting?.reason && waiting.reason !== "PodInitializing") return prefix + waiting.reason;
    if (terminated && terminated.exitCode !== 0)
      return prefix + (terminated.reason || `ExitCode:${terminated.exitCode}`);
  }
  return undefined;
}
