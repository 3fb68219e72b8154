/** Volumes that nodes make on their own disks for claims: what the control plane and nodes call them by. */

/** The provisioner that a StorageClass names. */
export const LOCAL_PROVISIONER = "sailplane.dev/local-volumes";
/** The class that is there by itself. */
export const LOCAL_CLASS = "local";
/** The label, `true`, of a Node that makes them, and its annotation of where it keeps them. */
export const LOCAL_VOLUMES = "sailplane.dev/local-volumes";
/** In place of a directory: none are made. */
export const NO_LOCAL_VOLUMES = "off";

/** Where a volume is, in the directory that its node keeps them in. */
export const localVolumePath = (directory: string, name: string): string => `${directory.replace(/\/+$/, "")}/${name}`;

/**
 * What is asked of the node's API: PUT makes the volume, DELETE removes it, each at once what it is a hundred times. The path
 * is where the control plane believes it to be: a node that keeps its volumes elsewhere refuses.
 */
export const localVolumeRequest = (name: string, path: string): string =>
  `/localVolumes/${encodeURIComponent(name)}?path=${encodeURIComponent(path)}`;
