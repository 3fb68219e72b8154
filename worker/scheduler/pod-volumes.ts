/** The claims that a pod's volumes stand on, and how far they are bound. */
import type { PersistentVolumeClaim } from "../../api/generated/core.v1.ts";
import type { StorageClass } from "../../api/generated/storage.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { storageClassOf as classNameOf } from "../../api/resources/core/storage-class-name.ts";
import type { Cluster } from "./cluster.ts";
import type { PodFacts } from "./pod-facts.ts";

export const CLAIMS = "persistentvolumeclaims";
export const VOLUMES = "persistentvolumes";
export const STORAGE_CLASSES = "storageclasses.storage.k8s.io";

export type Claim = Stored<PersistentVolumeClaim>;

const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
export const SELECTED_NODE = "volume.kubernetes.io/selected-node";

export interface ClaimName {
  readonly name: string;
  /** Made for this pod alone, by the ephemeral volume controller. */
  readonly ephemeral: boolean;
}

const NONE: readonly never[] = [];

export function claimNamesOf({ name, volumes }: Pick<PodFacts, "name" | "volumes">): readonly ClaimName[] {
  if (volumes.length === 0) return NONE;
  return volumes.flatMap((volume): ClaimName[] => {
    if (volume.ephemeral) return [{ name: `${name}-${volume.name}`, ephemeral: true }];
    const claim = volume.persistentVolumeClaim?.claimName;
    return claim ? [{ name: claim, ephemeral: false }] : [];
  });
}

export const storageClassOf = (claim: Claim, cluster: Cluster): Stored<StorageClass> | undefined =>
  cluster.get<StorageClass>(STORAGE_CLASSES, "", classNameOf(claim));

export const isBound = ({ spec, metadata }: Claim): boolean =>
  Boolean(spec.volumeName) && metadata.annotations?.[BIND_COMPLETED] !== undefined;

/** Its volume is chosen, or made, when it is known where it is needed. */
export const waitsForConsumer = (claim: Claim, cluster: Cluster): boolean =>
  !claim.spec.volumeName && storageClassOf(claim, cluster)?.volumeBindingMode === "WaitForFirstConsumer";
