/** The claims behind a pod's volumes, and how far they are bound. */
import type { PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import type { StorageClass } from "../../../api/generated/storage.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { storageClassOf as classNameOf } from "../../../api/resources/core/persistent-volume/storage-class-name.ts";
import type { Cluster } from "../cluster/cluster.ts";

export const CLAIMS = "persistentvolumeclaims";
export const VOLUMES = "persistentvolumes";
export const STORAGE_CLASSES = "storageclasses.storage.k8s.io";

export type Claim = Stored<PersistentVolumeClaim>;

const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
export const SELECTED_NODE = "volume.kubernetes.io/selected-node";

export const storageClassOf = (claim: Claim, cluster: Cluster): Stored<StorageClass> | undefined =>
  cluster.get(STORAGE_CLASSES, "", classNameOf(claim));

export const isBound = ({ spec, metadata }: Claim): boolean =>
  Boolean(spec.volumeName) && metadata.annotations?.[BIND_COMPLETED] !== undefined;

/** Its volume is chosen or provisioned once the node is known. */
export const waitsForConsumer = (claim: Claim, cluster: Cluster): boolean =>
  !claim.spec.volumeName && storageClassOf(claim, cluster)?.volumeBindingMode === "WaitForFirstConsumer";
