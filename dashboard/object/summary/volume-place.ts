import type { PersistentVolume } from "../../../api/generated/core.v1.ts";

export interface VolumePlace {
  /**
   * The hostnames that it is bound to; empty if it is reachable from all nodes, or from those with some other label.
   */
  readonly nodes: readonly string[];
  readonly where: string;
}

export function volumePlaceOf({ spec }: PersistentVolume): VolumePlace {
  const { local, hostPath, nfs, csi } = spec;
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const nodes = terms
    .flatMap(({ matchExpressions = [] }) => matchExpressions)
    .filter(({ key, operator }) => key === "kubernetes.io/hostname" && operator === "In")
    .flatMap(({ values = [] }) => values);
  const where =
    local?.path ??
    hostPath?.path ??
    (nfs && `${nfs.server}:${nfs.path}`) ??
    (csi && `${csi.driver}: ${csi.volumeHandle}`) ??
    "its own kind of volume: the YAML says";
  return { nodes, where };
}
