/**
 * Has nodes delete the data of released local volumes, then deletes the volumes. Nodes that are away are waited for.
 */
import type { Node, PersistentVolume } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { LOCAL_PROVISIONER, localVolumeRequest } from "../../../api/node/local-volumes.ts";
import { type CallEffect, defineController, type Effect, NODE_PROXY, type Plan, settled } from "../controller.ts";
import { FINALIZER } from "./local-volume.ts";
import { isLocal, isOn, isUp, NODES, nodeOf, VOLUMES } from "./volume-node.ts";

type Volume = Stored<PersistentVolume>;

export const localVolumeDeleter = defineController({
  name: "local-volume-deleter",
  component: LOCAL_PROVISIONER,
  reads: [VOLUMES, NODES],
  writes: [VOLUMES, NODE_PROXY],
  itemsOf({ resource, object, snapshot }) {
    if (resource === VOLUMES) return isLocal(object) ? [object.metadata.name] : [];
    return snapshot
      .list(VOLUMES)
      .filter((volume) => isDue(volume) && isOn(volume, object))
      .map(({ metadata }) => metadata.name);
  },
  reconcile(name, { snapshot }) {
    const volume = snapshot.get(VOLUMES, "", name);
    if (!volume || !isLocal(volume)) return settled;
    if (!isDue(volume)) return planProtection(volume);
    const node = nodeOf(volume, snapshot);
    if (!node) return planWithoutNode(volume);
    return isUp(node) ? { effects: [removed(volume, node), ...deletionOf(volume)] } : settled;
  },
});

const isHeld = ({ metadata }: Volume): boolean => metadata.finalizers?.includes(FINALIZER) ?? false;

/** For a volume that is being deleted and not in use, the data is removed. */
const isDue = (volume: Volume): boolean =>
  isLocal(volume) &&
  volume.status.phase === "Released" &&
  volume.spec.persistentVolumeReclaimPolicy === "Delete" &&
  (volume.metadata.deletionTimestamp === undefined || isHeld(volume));

/** The reclaim policy may be changed until the claim is gone. */
function planProtection(volume: Volume): Plan {
  const { spec, status, metadata } = volume;
  const isToHold = spec.persistentVolumeReclaimPolicy === "Delete";
  if (isToHold === isHeld(volume)) return settled;
  if (!isToHold) return { effects: [finalizerRemoval(volume)] };
  if (metadata.deletionTimestamp !== undefined || status.phase !== "Bound") return settled;
  return { effects: [patchOf(volume, { finalizers: [FINALIZER] })] };
}

function removed(volume: Volume, node: Stored<Node>): CallEffect {
  const { metadata, spec } = volume;
  return {
    op: "call",
    resource: NODE_PROXY,
    namespace: "",
    name: node.metadata.name,
    method: "DELETE",
    path: localVolumeRequest(metadata.name, spec.local?.path ?? ""),
    record: { about: volume, failure: { reason: "VolumeFailedDelete", message: "{message}" } },
  };
}

function deletionOf(volume: Volume): readonly Effect[] {
  const { name, uid } = volume.metadata;
  const deleted = { op: "delete", resource: VOLUMES, namespace: "", name, uid } as const;
  return isHeld(volume) ? [deleted, finalizerRemoval(volume)] : [deleted];
}

/** Data on the disk of a node that no longer exists is out of reach, and belongs to nobody. */
function planWithoutNode(volume: Volume): Plan {
  const message = `the node that kept it is gone: what is in ${volume.spec.local?.path} there was not removed`;
  return {
    effects: deletionOf(volume),
    events: [{ about: volume, type: "Warning", reason: "VolumeFailedDelete", message }],
  };
}

const finalizerRemoval = (volume: Volume): Effect =>
  patchOf(volume, { "$deleteFromPrimitiveList/finalizers": [FINALIZER] });

const patchOf = ({ metadata: { name, uid } }: Volume, metadata: object): Effect => ({
  op: "patch",
  resource: VOLUMES,
  namespace: "",
  name,
  type: "application/strategic-merge-patch+json",
  patch: { metadata: { uid, ...metadata } },
});
