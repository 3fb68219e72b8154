/** Volumes that nodes provide on their own disks for claims: names shared by the control plane and nodes. */

/** The provisioner named by a StorageClass. */
export const LOCAL_PROVISIONER = "sailplane.dev/local-volumes";
/** The class that is created automatically. */
export const LOCAL_CLASS = "local";
/** The label (`true`) of a Node that offers them, and its annotation with their directory. */
export const LOCAL_VOLUMES = "sailplane.dev/local-volumes";
/** In place of a directory: none are offered. */
export const NO_LOCAL_VOLUMES = "off";

/** A volume's path, given the directory of its node's volumes. */
export const localVolumePath = (directory: string, name: string): string => `${directory.replace(/\/+$/, "")}/${name}`;

/**
 * The request to the node's API: PUT creates the volume, DELETE deletes it; both are idempotent. The path is where the
 * control plane believes it to be: a node whose volumes are elsewhere refuses.
 */
export const localVolumeRequest = (name: string, path: string): string =>
  `/localVolumes/${encodeURIComponent(name)}?path=${encodeURIComponent(path)}`;
