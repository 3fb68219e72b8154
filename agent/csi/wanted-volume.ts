/** A volume that a pod wants from a CSI driver, and the corresponding driver calls. Pure. */
import { createHash } from "node:crypto";
import type { PersistentVolume, Pod, SecretReference, Volume } from "../../api/generated/core.v1.ts";
import type { CSIDriver } from "../../api/generated/storage.v1.ts";
import { VolumeError } from "../mounts/volume-error.ts";
import type { CsiDriver } from "./csi-drivers.ts";

export interface Wanted {
  readonly driver: string;
  readonly handle: string;
  /** Of the PersistentVolume, or the pod's own name for it. */
  readonly name: string;
  readonly mode: "Persistent" | "Ephemeral";
  readonly block: boolean;
  readonly accessMode: string;
  readonly fsType: string;
  readonly mountFlags: readonly string[];
  readonly readOnly: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly stageSecret: Required<SecretReference> | undefined;
  readonly publishSecret: Required<SecretReference> | undefined;
  readonly expandSecret: Required<SecretReference> | undefined;
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: "SINGLE_NODE_WRITER",
  ReadOnlyMany: "MULTI_NODE_READER_ONLY",
  ReadWriteMany: "MULTI_NODE_MULTI_WRITER",
  ReadWriteOncePod: "SINGLE_NODE_SINGLE_WRITER",
};

const secretOf = (reference: SecretReference | undefined): Required<SecretReference> | undefined =>
  reference?.name ? { name: reference.name, namespace: reference.namespace ?? "" } : undefined;

export function persistentVolume({ metadata, spec }: PersistentVolume, readOnly: boolean): Wanted {
  if (spec.csi === undefined) throw new VolumeError(`persistentvolume "${metadata.name}" is of no CSI driver`);
  const { csi } = spec;
  return {
    driver: csi.driver,
    handle: csi.volumeHandle,
    name: metadata.name ?? "",
    mode: "Persistent",
    block: spec.volumeMode === "Block",
    accessMode: spec.accessModes?.[0] ?? "ReadWriteOnce",
    fsType: csi.fsType ?? "",
    mountFlags: spec.mountOptions ?? [],
    readOnly: readOnly || csi.readOnly === true,
    attributes: csi.volumeAttributes ?? {},
    stageSecret: secretOf(csi.nodeStageSecretRef),
    publishSecret: secretOf(csi.nodePublishSecretRef),
    expandSecret: secretOf(csi.nodeExpandSecretRef),
  };
}

export function inlineVolume(pod: Pod, { name, csi }: Volume): Wanted {
  if (csi === undefined) throw new VolumeError(`volume "${name}" is of no CSI driver`);
  const { namespace = "", uid = "" } = pod.metadata;
  return {
    driver: csi.driver,
    handle: `csi-${sha256(`${uid}${name}`)}`,
    name,
    mode: "Ephemeral",
    block: false,
    accessMode: "ReadWriteOnce",
    fsType: csi.fsType ?? "",
    mountFlags: [],
    readOnly: csi.readOnly === true,
    attributes: csi.volumeAttributes ?? {},
    stageSecret: undefined,
    publishSecret: secretOf(csi.nodePublishSecretRef && { ...csi.nodePublishSecretRef, namespace }),
    expandSecret: undefined,
  };
}

/** Fails if the driver does not support such volumes. */
export function checkMode({ mode, driver }: Wanted, object: CSIDriver | undefined): void {
  const modes = object?.spec.volumeLifecycleModes ?? ["Persistent"];
  if (!modes.includes(mode))
    throw new VolumeError(
      `volume mode "${mode}" not supported by driver ${driver} (only supports ${JSON.stringify(modes)})`,
    );
}

export function capabilityOf(wanted: Wanted, { capabilities }: CsiDriver, group: string) {
  const { accessMode, block, fsType, mountFlags } = wanted;
  const fine = capabilities.has("SINGLE_NODE_MULTI_WRITER");
  const mode = accessMode === "ReadWriteOncePod" && !fine ? "SINGLE_NODE_WRITER" : MODES[accessMode];
  const precise = accessMode === "ReadWriteOnce" && fine ? "SINGLE_NODE_MULTI_WRITER" : mode;
  return {
    ...(block ? { block: {} } : { mount: { fs_type: fsType, mount_flags: mountFlags, volume_mount_group: group } }),
    access_mode: { mode: precise ?? "UNKNOWN" },
  };
}

export function givesToGroup({ block, fsType, accessMode }: Wanted, object: CSIDriver | undefined): boolean {
  const policy = object?.spec.fsGroupPolicy ?? "ReadWriteOnceWithFSType";
  if (block || policy === "None") return false;
  return policy === "File" || (fsType !== "" && accessMode.startsWith("ReadWriteOnce"));
}
