/**
 * Provisions volumes for claims of classes that name {@link LOCAL_PROVISIONER}: has the node create the directory, and
 * creates the PersistentVolume, which the volume binder then binds. Behaves like external-provisioner.
 */
import type { Node, PersistentVolume } from "../../../api/generated/core.v1.ts";
import type { StorageClass } from "../../../api/generated/storage.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { LOCAL_PROVISIONER, localVolumePath, localVolumeRequest } from "../../../api/node/local-volumes.ts";
import { storageClassOf } from "../../../api/resources/core/persistent-volume/storage-class-name.ts";
import {
  type CallEffect,
  defineController,
  type EffectFailure,
  type EventRecord,
  NODE_PROXY,
  type Plan,
  type Snapshot,
  settled,
} from "../controller.ts";
import { itemKey, itemOf, splitItem } from "../item-key.ts";
import type { Claim } from "../volume/volume-match.ts";
import { CLAIMS, CLASSES, isDelayed, PROVISIONERS, SELECTED_NODE } from "../volume/waiting-claim.ts";
import { volumeFor, volumeNameOf } from "./local-volume.ts";
import { isPopulated, refusalOf } from "./refused-claim.ts";
import { directoryOf, emptiestNode, isLocal, isUp, NODES, VOLUMES } from "./volume-node.ts";

/** The node cannot, or has no room: another one may. */
const ELSEWHERE: ReadonlySet<number> = new Set([404, 507]);

export const localVolumeProvisioner = defineController({
  name: "local-volume-provisioner",
  component: LOCAL_PROVISIONER,
  reads: [CLAIMS, VOLUMES, CLASSES, NODES],
  writes: [CLAIMS, VOLUMES, NODE_PROXY],
  itemsOf({ resource, object, deleted, snapshot }) {
    if (resource === CLAIMS) return isWaiting(object) ? [itemKey(object)] : [];
    if (resource === VOLUMES) return deleted ? claimOf(object) : [];
    const isOf = resource === NODES ? mayUse(object.metadata.name) : isOfClass(object.metadata.name);
    return snapshot
      .list(CLAIMS)
      .filter((claim) => isWaiting(claim) && isOf(claim))
      .map(itemKey);
  },
  reconcile(item, { snapshot, failure }) {
    const { namespace, name } = splitItem(item);
    const claim = snapshot.get(CLAIMS, namespace, name);
    if (!claim || !isWaiting(claim) || isPopulated(claim)) return settled;
    const storage = snapshot.get(CLASSES, "", storageClassOf(claim));
    if (storage?.provisioner !== LOCAL_PROVISIONER) return settled;
    if (snapshot.get(VOLUMES, "", volumeNameOf(claim))) return settled;
    const refusal = refusalOf(claim, storage);
    if (refusal !== undefined) return { effects: [], events: [failed(claim, storage, refusal)] };
    return planPlace(claim, storage, { snapshot, failure });
  },
});

/** Whether the volume binder has asked for a volume from this provisioner. */
const isWaiting = ({ metadata, spec }: Claim): boolean =>
  !spec.volumeName &&
  metadata.deletionTimestamp === undefined &&
  PROVISIONERS.some((key) => metadata.annotations?.[key] === LOCAL_PROVISIONER);

const isOfClass = (name: string) => (claim: Claim) => storageClassOf(claim) === name;

const selectedNodeOf = ({ metadata }: Claim) => metadata.annotations?.[SELECTED_NODE];

const mayUse = (node: string) => (claim: Claim) => (selectedNodeOf(claim) ?? node) === node;

/** If a volume is deleted before it is bound, another one is provisioned. */
function claimOf(volume: PersistentVolume): readonly string[] {
  const { namespace = "", name = "" } = volume.spec.claimRef ?? {};
  return isLocal(volume) ? [itemOf(namespace, name)] : [];
}

interface Circumstances {
  readonly snapshot: Snapshot;
  readonly failure: EffectFailure | undefined;
}

function planPlace(claim: Claim, storage: Stored<StorageClass>, { snapshot, failure }: Circumstances): Plan {
  const selected = selectedNodeOf(claim);
  if (selected === undefined) {
    if (isDelayed(storage)) return settled;
    const node = emptiestNode(storage, snapshot);
    if (node) return planVolume(claim, storage, node);
    return { effects: [], events: [failed(claim, storage, "no node that keeps local volumes is ready")] };
  }
  const elsewhere = (why: string): Plan => ({
    effects: [clearSelectedNode(claim)],
    events: [failed(claim, storage, why)],
  });
  const node = snapshot.get(NODES, "", selected);
  if (!node) return elsewhere(`node "${selected}" not found`);
  if (directoryOf(node) === undefined) return elsewhere(`node "${selected}" keeps no local volumes`);
  // No data can be lost yet.
  if (!isUp(node)) return elsewhere(`node "${selected}" is not ready`);
  const isRefused = failure?.effect.op === "call" && failure.effect.name === selected && ELSEWHERE.has(failure.code);
  return isRefused ? { effects: [clearSelectedNode(claim)] } : planVolume(claim, storage, node);
}

function planVolume(claim: Claim, storage: Stored<StorageClass>, node: Stored<Node>): Plan {
  const name = volumeNameOf(claim);
  const path = localVolumePath(directoryOf(node) ?? "", name);
  const { namespace = "" } = claim.metadata;
  const made: CallEffect = {
    op: "call",
    resource: NODE_PROXY,
    namespace: "",
    name: node.metadata.name,
    method: "PUT",
    path: localVolumeRequest(name, path),
    record: {
      about: claim,
      success: {
        reason: "Provisioning",
        message: `External provisioner is provisioning volume for claim "${namespace}/${claim.metadata.name}"`,
      },
      failure: { reason: "ProvisioningFailed", message: failureText(storage, "{message}") },
    },
  };
  const object = volumeFor(claim, storage, { node, path });
  const record = {
    about: claim,
    success: { reason: "ProvisioningSucceeded", message: `Successfully provisioned volume ${name}` },
    failure: {
      reason: "ProvisioningFailed",
      message: `error saving volume ${name}: {message}`,
      unless: "AlreadyExists",
    },
  };
  return { effects: [made, { op: "create", resource: VOLUMES, namespace: "", object, record }] };
}

/** Lets the scheduler choose again. */
const clearSelectedNode = ({ metadata: { namespace = "", name, uid, resourceVersion } }: Claim) =>
  ({
    op: "patch",
    resource: CLAIMS,
    namespace,
    name,
    type: "application/merge-patch+json",
    patch: { metadata: { uid, resourceVersion, annotations: { [SELECTED_NODE]: null } } },
  }) as const;

const failed = (about: Claim, storage: Stored<StorageClass>, why: string): EventRecord => ({
  about,
  type: "Warning",
  reason: "ProvisioningFailed",
  message: failureText(storage, why),
});

const failureText = ({ metadata }: Stored<StorageClass>, why: string): string =>
  `failed to provision volume with StorageClass "${metadata.name}": ${why}`;
