/** What this node has started and seen end since the agent started, and how long that took. */
import type { ContainerStatus, PodStatus } from "../../../api/generated/core.v1.ts";
import { Histogram } from "../../../api/metrics/histogram.ts";
import type { ContainerRole } from "../../pod-spec/containers.ts";
import { StorageOperations } from "../../volumes/storage-operations.ts";

/** The container types of the kubelet's metrics. */
export type ContainerType = "container" | "init_container" | "ephemeral_container";

export interface Termination {
  readonly type: ContainerType;
  readonly exitCode: number;
  readonly reason: string;
}

const TYPES: Readonly<Record<ContainerRole, ContainerType>> = {
  main: "container",
  init: "init_container",
  sidecar: "init_container",
  ephemeral: "ephemeral_container",
};

const LISTS = [
  ["init_container", "initContainerStatuses"],
  ["container", "containerStatuses"],
  ["ephemeral_container", "ephemeralContainerStatuses"],
] as const;

/** The containers that ended between two statuses of a pod. */
export const terminationsBetween = (before: PodStatus, after: PodStatus): readonly Termination[] =>
  LISTS.flatMap(([type, list]) =>
    (after[list] ?? []).flatMap(({ name, state }: ContainerStatus) => {
      const ended = state?.terminated;
      const old = (before[list] ?? []).find((status: ContainerStatus) => status.name === name);
      if (ended === undefined || old?.state?.terminated !== undefined) return [];
      return [{ type, exitCode: ended.exitCode, reason: ended.reason ?? "" }];
    }),
  );

/** Seconds. The kubelet's bounds. */
const POD_START_BOUNDS = [
  0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600,
];

/** The kubelet's operation types of a pod's worker. */
export type WorkerOperation = "create" | "sync" | "kill";

export class LifeCounts {
  startedPods = 0;
  readonly startedContainers = new Map<ContainerType, number>();
  /** Seconds from when the node first saw a pod until it was running. */
  readonly podStarts = new Histogram(POD_START_BOUNDS);
  /** Seconds that the workers of pods were at work at a time. */
  readonly workerSeconds = new Map<WorkerOperation, Histogram>();
  /** Pods that the node evicted, by the kubelet's name of what it ran short of, or of the limit that they exceeded. */
  readonly evictions = new Map<string, number>();
  readonly storage = new StorageOperations();
  readonly #terminations = new Map<string, Termination & { readonly count: number }>();

  podStarted(): void {
    this.startedPods++;
  }

  worked(operation: WorkerOperation, seconds: number): void {
    const histogram = this.workerSeconds.get(operation) ?? new Histogram();
    histogram.observe(seconds);
    this.workerSeconds.set(operation, histogram);
  }

  evicted(signal: string): void {
    this.evictions.set(signal, (this.evictions.get(signal) ?? 0) + 1);
  }

  containerStarted(role: ContainerRole): void {
    const type = TYPES[role];
    this.startedContainers.set(type, (this.startedContainers.get(type) ?? 0) + 1);
  }

  ended(terminations: readonly Termination[]): void {
    for (const termination of terminations) {
      const key = `${termination.type} ${termination.exitCode} ${termination.reason}`;
      this.#terminations.set(key, { ...termination, count: (this.#terminations.get(key)?.count ?? 0) + 1 });
    }
  }

  get terminations(): readonly (Termination & { readonly count: number })[] {
    return [...this.#terminations.values()];
  }
}
