/** Requests in a claim that a directory of a node cannot satisfy. */
import type { PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import type { StorageClass } from "../../../api/generated/storage.v1.ts";
import { LOCAL_PROVISIONER } from "../../../api/node/local-volumes.ts";

const ONE_NODE: ReadonlySet<string> = new Set(["ReadWriteOnce", "ReadWriteOncePod"]);
/** Sources that a volume would be copied from; volumes for other sources are made by others. */
const COPIED: ReadonlySet<string> = new Set(["PersistentVolumeClaim", "VolumeSnapshot"]);

/** Why the claim is refused; undefined: it is not. */
export function refusalOf({ spec }: PersistentVolumeClaim, { parameters = {} }: StorageClass): string | undefined {
  if (spec.volumeMode === "Block") return `${LOCAL_PROVISIONER} does not support block volume provisioning`;
  const mode = spec.accessModes?.find((each) => !ONE_NODE.has(each));
  if (mode !== undefined)
    return `a local volume is on one node, and cannot be ${mode}: ask for ReadWriteOnce or ReadWriteOncePod`;
  const source = spec.dataSourceRef ?? spec.dataSource;
  if (source && COPIED.has(source.kind)) return `local volumes begin empty, and cannot be copies of a ${source.kind}`;
  if (spec.selector) return "claim Selector is not supported";
  if (spec.volumeAttributesClassName) return "local volumes have no VolumeAttributesClass";
  const [parameter] = Object.keys(parameters);
  return parameter === undefined ? undefined : `the StorageClass has the parameter ${parameter}, which is not known`;
}

/** Somebody else populates its volume. */
export const isPopulated = ({ spec }: PersistentVolumeClaim): boolean => {
  const source = spec.dataSourceRef ?? spec.dataSource;
  return source !== undefined && !COPIED.has(source.kind);
};
