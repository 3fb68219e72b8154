/** Pairs claims with volumes, and says in both what became of it. */
import type { PersistentVolume, PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import type { StorageClass } from "../../../api/generated/storage.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { compareQuantities } from "../../../api/machinery/quantity.ts";
import { type Controller, type Effect, type EventRecord, type Plan, type Snapshot, settled } from "../controller.ts";
import { selects } from "../label-selector.ts";
import { same } from "../same.ts";
import { statusUpdate } from "../status-update.ts";
import { phaseOf, planReleased } from "./reclaim.ts";

type Volume = Stored<PersistentVolume>;
type Claim = Stored<PersistentVolumeClaim>;

const VOLUMES = "persistentvolumes";
const CLAIMS = "persistentvolumeclaims";
const CLASSES = "storageclasses.storage.k8s.io";
const BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
const SELECTED_NODE = "volume.kubernetes.io/selected-node";
const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
const PROVISIONERS = ["volume.kubernetes.io/storage-provisioner", "volume.beta.kubernetes.io/storage-provisioner"];

export const volumeBinder: Controller = {
  name: "persistent-volume-binder",
  component: "persistentvolume-controller",
  reads: [VOLUMES, CLAIMS, CLASSES],
  writes: [VOLUMES, CLAIMS],
  itemsOf({ resource, object, snapshot }) {
    if (resource === VOLUMES) return [volumeItem(object), ...claimsFor(object as Volume, snapshot)];
    if (resource === CLAIMS) return [claimItem(object), ...volumesFor(object as Claim, snapshot)];
    return snapshot
      .list<PersistentVolumeClaim>(CLAIMS)
      .filter((each) => each.spec.storageClassName === object.metadata.name)
      .map(claimItem);
  },
  reconcile(item, { snapshot }) {
    const [kind, namespace = "", name = ""] = item.split("/");
    if (kind === "volume") {
      const volume = snapshot.get<PersistentVolume>(VOLUMES, "", name);
      return volume ? planVolume(volume, snapshot) : settled;
    }
    const claim = snapshot.get<PersistentVolumeClaim>(CLAIMS, namespace, name);
    if (!claim) return settled;
    return claim.metadata.annotations?.[BIND_COMPLETED] === undefined
      ? planUnbound(claim, snapshot)
      : planBound(claim, snapshot);
  },
};

const volumeItem = ({ metadata }: KubeObject) => `volume//${metadata.name}`;
const claimItem = ({ metadata }: KubeObject) => `claim/${metadata.namespace}/${metadata.name}`;

/** A volume may be what pending claims of its class wait for, and is what its own claim stands on. */
function claimsFor(volume: Volume, snapshot: Snapshot): readonly string[] {
  const { claimRef, storageClassName = "" } = volume.spec;
  if (claimRef) return [`claim/${claimRef.namespace}/${claimRef.name}`];
  return snapshot
    .list<PersistentVolumeClaim>(CLAIMS)
    .filter(
      ({ spec }) =>
        spec.volumeName === volume.metadata.name ||
        (!spec.volumeName && (spec.storageClassName ?? "") === storageClassName),
    )
    .map(claimItem);
}

function volumesFor(claim: Claim, snapshot: Snapshot): readonly string[] {
  const { volumeName } = claim.spec;
  const named = volumeName ? [`volume//${volumeName}`] : [];
  const reserving = snapshot
    .list<PersistentVolume>(VOLUMES)
    .filter((volume) => names(volume, claim))
    .map(volumeItem);
  return [...new Set([...named, ...reserving])];
}

const names = ({ spec: { claimRef } }: Volume, { metadata }: Claim) =>
  claimRef?.name === metadata.name && claimRef.namespace === metadata.namespace;

/** The volume is this claim's: it names it, and no other of that name before it. */
const isFor = (volume: Volume, claim: Claim) =>
  names(volume, claim) && (!volume.spec.claimRef?.uid || volume.spec.claimRef.uid === claim.metadata.uid);

function planVolume(volume: Volume, snapshot: Snapshot): Plan {
  const { claimRef } = volume.spec;
  const phase = (to: string) => ({ effects: statusUpdate(VOLUMES, volume, phaseOf(volume, to)) });
  if (!claimRef?.uid) return phase("Available");
  const claim = snapshot.get<PersistentVolumeClaim>(CLAIMS, claimRef.namespace ?? "", claimRef.name ?? "");
  if (!claim || claim.metadata.uid !== claimRef.uid) return planReleased(volume);
  if (claim.spec.volumeName === volume.metadata.name) return phase("Bound");
  const madeForClaim = volume.metadata.annotations?.[PROVISIONED_BY] !== undefined;
  if (claim.spec.volumeName && madeForClaim && volume.spec.persistentVolumeReclaimPolicy === "Delete")
    return planReleased(volume);
  // The claim went elsewhere: what the controller bound it lets go of, what somebody reserved it leaves.
  if (claim.spec.volumeName && volume.metadata.annotations?.[BOUND_BY_CONTROLLER] !== undefined) return letGo(volume);
  return settled;
}

function letGo(volume: Volume): Plan {
  const { claimRef: _, ...spec } = volume.spec;
  const { [BOUND_BY_CONTROLLER]: __, ...annotations } = volume.metadata.annotations ?? {};
  const object = { ...volume, metadata: { ...volume.metadata, annotations }, spec } as PersistentVolume;
  return { effects: [{ op: "update", resource: VOLUMES, namespace: "", object }] };
}

function planBound(claim: Claim, snapshot: Snapshot): Plan {
  const volume = claim.spec.volumeName ? snapshot.get<PersistentVolume>(VOLUMES, "", claim.spec.volumeName) : undefined;
  if (!volume)
    return planLost(
      claim,
      "ClaimLost",
      claim.spec.volumeName
        ? "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
        : "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!",
    );
  if (volume.spec.claimRef && !isFor(volume, claim))
    return planLost(claim, "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly");
  return bind(claim, volume);
}

function planLost(claim: Claim, reason: string, message: string): Plan {
  const effects = statusUpdate(CLAIMS, claim, { phase: "Lost" });
  return { effects, events: effects.length > 0 ? [{ about: claim, type: "Warning", reason, message }] : [] };
}

function planUnbound(claim: Claim, snapshot: Snapshot): Plan {
  const { volumeName } = claim.spec;
  if (volumeName) {
    const volume = snapshot.get<PersistentVolume>(VOLUMES, "", volumeName);
    return volume ? planRequested(claim, volume) : pending(claim, []);
  }
  const storage = snapshot.get<StorageClass>(CLASSES, "", claim.spec.storageClassName ?? "");
  const found = bestVolume(claim, snapshot, isDelayed(claim, storage));
  return found ? bind(claim, found) : planWaiting(claim, storage);
}

/** The claim names its volume, which may be somebody else's, or not be what the claim asks for. */
function planRequested(claim: Claim, volume: Volume): Plan {
  const tell = (reason: string, message: string) =>
    pending(claim, [{ about: claim, type: "Warning", reason, message }]);
  if (volume.spec.claimRef && !isFor(volume, claim))
    return tell("FailedBinding", `volume "${volume.metadata.name}" already bound to a different claim.`);
  const mismatch = mismatchOf(claim, volume);
  return mismatch
    ? tell("VolumeMismatch", `Cannot bind to requested volume "${volume.metadata.name}": ${mismatch}`)
    : bind(claim, volume);
}

const isDelayed = (claim: Claim, storage: StorageClass | undefined) =>
  storage?.volumeBindingMode === "WaitForFirstConsumer" && claim.metadata.annotations?.[SELECTED_NODE] === undefined;

/** Why a volume is not what the claim asks for, in Kubernetes' words. */
function mismatchOf({ spec }: Claim, { spec: volume }: Volume): string | undefined {
  if (compareQuantities(volume.capacity?.storage, spec.resources?.requests?.storage) < 0)
    return "requested PV is too small";
  if ((volume.storageClassName ?? "") !== (spec.storageClassName ?? "")) return "storageClassName does not match";
  if ((volume.volumeMode ?? "Filesystem") !== (spec.volumeMode ?? "Filesystem")) return "incompatible volumeMode";
  const missing = (spec.accessModes ?? []).some((mode) => !volume.accessModes?.includes(mode));
  return missing ? "incompatible accessMode" : undefined;
}

/** The volume that is reserved for the claim, or the smallest free one that fits. */
function bestVolume(claim: Claim, snapshot: Snapshot, onlyReserved: boolean): Volume | undefined {
  const volumes = snapshot
    .list<PersistentVolume>(VOLUMES)
    .filter((volume) => !volume.metadata.deletionTimestamp && mismatchOf(claim, volume) === undefined);
  const reserved = volumes.find((volume) => isFor(volume, claim));
  if (reserved || onlyReserved) return reserved;
  const { selector } = claim.spec;
  const free = volumes.filter(
    ({ spec, metadata }) => !spec.claimRef && (!selector || selects(selector, metadata.labels)),
  );
  return free.toSorted((a, b) => compareQuantities(a.spec.capacity?.storage, b.spec.capacity?.storage))[0];
}

function bind(claim: Claim, volume: Volume): Plan {
  const effects: Effect[] = [];
  const { metadata } = claim;
  const claimRef = {
    ...volume.spec.claimRef,
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
  };
  if (!volume.spec.claimRef?.uid) {
    const byController = volume.spec.claimRef ? {} : { [BOUND_BY_CONTROLLER]: "yes" };
    const annotations = { ...volume.metadata.annotations, ...byController };
    const object = {
      ...volume,
      metadata: { ...volume.metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
      spec: { ...volume.spec, claimRef },
    } as PersistentVolume;
    effects.push({ op: "update", resource: VOLUMES, namespace: "", object });
  }
  const target = { resource: CLAIMS, namespace: metadata.namespace ?? "", name: metadata.name };
  const type = "application/merge-patch+json";
  const chosen = claim.spec.volumeName ? {} : { [BOUND_BY_CONTROLLER]: "yes" };
  if (metadata.annotations?.[BIND_COMPLETED] === undefined || !claim.spec.volumeName)
    effects.push({
      op: "patch",
      ...target,
      type,
      patch: {
        metadata: { uid: metadata.uid, annotations: { ...chosen, [BIND_COMPLETED]: "yes" } },
        spec: { volumeName: volume.metadata.name },
      },
    });
  const status = {
    ...claim.status,
    phase: "Bound",
    accessModes: volume.spec.accessModes ?? [],
    capacity: volume.spec.capacity ?? {},
  };
  if (!same(status, claim.status))
    effects.push({ op: "patch", ...target, subresource: "status", type, patch: { status } });
  return { effects };
}

function pending(claim: Claim, events: readonly EventRecord[]): Plan {
  return {
    effects: claim.status.phase === "Pending" ? [] : statusUpdate(CLAIMS, claim, { ...claim.status, phase: "Pending" }),
    events,
  };
}

/** Nothing fits: tells what the claim waits for. */
function planWaiting(claim: Claim, storage: Stored<StorageClass> | undefined): Plan {
  const tell = (type: "Normal" | "Warning", reason: string, message: string) =>
    pending(claim, [{ about: claim, type, reason, message }]);
  const name = claim.spec.storageClassName ?? "";
  if (name === "")
    return tell(
      "Normal",
      "FailedBinding",
      "no persistent volumes available for this claim and no storage class is set",
    );
  if (!storage) return tell("Warning", "ProvisioningFailed", `storageclass.storage.k8s.io "${name}" not found`);
  if (isDelayed(claim, storage))
    return tell("Normal", "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
  if (storage.provisioner === "kubernetes.io/no-provisioner") return pending(claim, []);
  const annotations = Object.fromEntries(PROVISIONERS.map((key) => [key, storage.provisioner]));
  const known = claim.metadata.annotations?.[PROVISIONERS[0] ?? ""] === storage.provisioner;
  const message = `Waiting for a volume to be created either by the external provisioner '${storage.provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  const plan = tell("Normal", "ExternalProvisioning", message);
  if (known) return plan;
  const { namespace = "", name: claimName } = claim.metadata;
  const annotate: Effect = {
    op: "patch",
    resource: CLAIMS,
    namespace,
    name: claimName,
    type: "application/merge-patch+json",
    patch: { metadata: { annotations } },
  };
  return { ...plan, effects: [annotate, ...plan.effects] };
}
