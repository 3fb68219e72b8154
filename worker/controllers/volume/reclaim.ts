/** What happens to a volume whose claim is gone. */
import type { PersistentVolume } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { type Plan, settled } from "../controller.ts";
import { statusUpdate } from "../status-update.ts";
import { withEvent } from "../with-event.ts";

type Volume = Stored<PersistentVolume>;

const VOLUMES = "persistentvolumes";
export const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
/** Volume types that CSI drivers delete. */
const DRIVEN = [
  "csi",
  "awsElasticBlockStore",
  "azureDisk",
  "azureFile",
  "cinder",
  "gcePersistentDisk",
  "portworxVolume",
  "vsphereVolume",
] as const;
/** The only host paths that Kubernetes deletes: temporary ones. */
const DELETABLE_PATH = /\/tmp\/.+/;

export function phaseOf({ status }: Volume, phase: string): PersistentVolume["status"] {
  const { message: _, reason: __, ...rest } = status;
  return { ...rest, phase };
}

export function planReleased(volume: Volume): Plan {
  // A failure stays, for the user to see.
  const released = volume.status.phase === "Failed" ? [] : statusUpdate(VOLUMES, volume, phaseOf(volume, "Released"));
  return released.length > 0 ? { effects: released } : planReclaim(volume);
}

/** A volume's content is deleted by its provisioner; the rest, except for host paths, nobody would delete. */
function planReclaim(volume: Volume): Plan {
  const { persistentVolumeReclaimPolicy: policy, hostPath, nfs } = volume.spec;
  const { name, uid, deletionTimestamp, annotations } = volume.metadata;
  if (deletionTimestamp) return settled;
  if (policy === "Recycle" && !hostPath && !nfs)
    return failed(volume, "VolumeFailedRecycle", "No recycler plugin found for the volume!");
  if (policy !== "Delete") return settled;
  const maker = annotations?.[PROVISIONED_BY] ?? "";
  if ((maker !== "" && !maker.startsWith("kubernetes.io/")) || DRIVEN.some((source) => volume.spec[source]))
    return settled;
  if (!hostPath) {
    // Of the others, Kubernetes' controller knows only NFS.
    const missing = `no ${nfs ? "deletable " : ""}volume plugin matched`;
    const message = `error getting deleter volume plugin for volume "${name}": ${missing}`;
    return failed(volume, "VolumeFailedDelete", message);
  }
  if (!DELETABLE_PATH.test(hostPath.path)) {
    const message = `host_path deleter only supports /tmp/.+ but received provided ${hostPath.path}`;
    return failed(volume, "VolumeFailedDelete", message);
  }
  return { effects: [{ op: "delete", resource: VOLUMES, namespace: "", name, uid }] };
}

/** The first failure stays, with its message. */
function failed(volume: Volume, reason: string, message: string): Plan {
  if (volume.status.phase === "Failed") return settled;
  const effects = statusUpdate(VOLUMES, volume, { ...phaseOf(volume, "Failed"), message });
  return { effects: withEvent(effects, { about: volume, type: "Warning", reason, message }) };
}
