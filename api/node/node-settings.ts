/** What an administrator sets of a node, by the kubelet's names. */
import type { Taint } from "../generated/core.v1.ts";

export interface NodeSettings {
  /** The node's own, beside those of every node. */
  readonly nodeLabels?: Readonly<Record<string, string>>;
  /** Those that the node is made with; later ones are the cluster's affair. */
  readonly registerWithTaints?: readonly Taint[];
  /** Absent: the kubelet's defaults. */
  readonly evictionHard?: string;
  /** What pods are not offered of the machine. */
  readonly systemReserved?: Readonly<Record<string, string>>;
  /**
   * Where drivers of devices and volumes find the node, which is /var/lib/kubelet to most; absent: a directory of the
   * node's own.
   */
  readonly kubeletDir?: string;
  /** Where volumes of claims are kept on this machine, or `off`; absent: in the node's own directory. */
  readonly localVolumes?: string;
}
