/** An administrator's settings for a node, under the kubelet's names. */
import type { Taint } from "../generated/core.v1.ts";

export interface NodeSettings {
  /** In addition to the labels of every node. */
  readonly nodeLabels?: Readonly<Record<string, string>>;
  /** Taints at registration; later ones are up to the cluster. */
  readonly registerWithTaints?: readonly Taint[];
  /** Absent: the kubelet's defaults. */
  readonly evictionHard?: string;
  readonly evictionSoft?: string;
  /** For each soft threshold, how long it must be met before pods are evicted: `memory.available=1m30s`. */
  readonly evictionSoftGracePeriod?: string;
  /** How much more than a threshold must be available after evictions: `nodefs.available=1Gi`. */
  readonly evictionMinimumReclaim?: string;
  /** The most that a pod gets to end for a soft threshold (s); absent or 0: its own grace period. */
  readonly evictionMaxPodGracePeriod?: number;
  /** For how much longer than it lasts pressure is reported: `5m`. */
  readonly evictionPressureTransitionPeriod?: string;
  /** How long all pods have to end when the machine shuts down, and the critical ones of it: `30s`; absent: they run on. */
  readonly shutdownGracePeriod?: string;
  readonly shutdownGracePeriodCriticalPods?: string;
  /** The same by priority: `100000=10s,0=1m`. */
  readonly shutdownGracePeriodByPodPriority?: string;
  /** What is reserved on the machine and not offered to pods. */
  readonly systemReserved?: Readonly<Record<string, string>>;
  /** Containers that name no seccomp profile get the runtime's, as if they asked for `RuntimeDefault`. */
  readonly seccompDefault?: boolean;
  /** How many processes and threads a pod may have; absent: as many as the machine. */
  readonly podMaxPids?: number;
  /** Where device and volume drivers find the node, usually /var/lib/kubelet; absent: a directory of the node's own. */
  readonly kubeletDir?: string;
  /** Where pods' logs are collected, usually /var/log/pods; absent: they are in the node's own directory. */
  readonly podLogsDir?: string;
  /** The directory for claims' volumes on this machine, or `off`; absent: inside the node's own directory. */
  readonly localVolumes?: string;
  /** Where this node answers monitoring programs itself, usually 10250; absent: it opens no port. */
  readonly kubeletPort?: number;
}
