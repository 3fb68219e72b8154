/** How many pods the node has, by the kubelet's names of what becomes of them. Pure. */

export type Lifecycle = "sync" | "terminating" | "terminated";

export interface PodState {
  readonly isStatic: boolean;
  /** The API, or a manifest, has the pod. */
  readonly isDesired: boolean;
  /** It counts when others are admitted. */
  readonly isActive: boolean;
  readonly hasMirror: boolean;
  readonly lifecycle: Lifecycle;
}

export interface PodCounts {
  readonly desired: BySource;
  readonly active: BySource;
  readonly mirrors: number;
  readonly working: readonly WorkingPods[];
}

/** Of the API, and of manifests. */
export interface BySource {
  readonly api: number;
  readonly static: number;
}

export interface WorkingPods {
  readonly config: "desired" | "orphan" | "runtime_only";
  readonly lifecycle: Lifecycle;
  readonly static: "" | "true" | "unknown";
  readonly count: number;
}

const LIFECYCLES: readonly Lifecycle[] = ["sync", "terminating", "terminated"];

export function podCounts(pods: readonly PodState[]): PodCounts {
  const bySource = (which: (pod: PodState) => boolean): BySource => {
    const counted = pods.filter(which);
    const fromManifests = counted.filter(({ isStatic }) => isStatic).length;
    return { api: counted.length - fromManifests, static: fromManifests };
  };
  const working = LIFECYCLES.flatMap((lifecycle): WorkingPods[] => [
    ...(["desired", "orphan"] as const).flatMap((config) => {
      const own = bySource((pod) => pod.lifecycle === lifecycle && pod.isDesired === (config === "desired"));
      return [
        { config, lifecycle, static: "", count: own.api } as const,
        { config, lifecycle, static: "true", count: own.static } as const,
      ];
    }),
    // What the runtime has of pods that nobody knows is removed without becoming one of the node's pods again.
    { config: "runtime_only", lifecycle, static: "unknown", count: 0 },
  ]);
  return {
    desired: bySource(({ isDesired }) => isDesired),
    active: bySource(({ isActive }) => isActive),
    mirrors: pods.filter(({ hasMirror }) => hasMirror).length,
    working,
  };
}
