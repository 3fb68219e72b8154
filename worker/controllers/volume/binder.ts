/** Binds claims and volumes to each other, and maintains the status of both. */
import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { storageClassOf } from "../../../api/resources/core/persistent-volume/storage-class-name.ts";
import { defineController, type Effect, type EventRecord, type Plan, type Snapshot, settled } from "../controller.ts";
import { podCondition } from "../pod/pod-state.ts";
import { same } from "../same.ts";
import { statusUpdate } from "../status-update.ts";
import { withEvent } from "../with-event.ts";
import { PROVISIONED_BY, phaseOf, planReleased } from "./reclaim.ts";
import { bestVolume, type Claim, isFor, isOfOtherMode, mismatchOf, names, type Volume } from "./volume-match.ts";
import { CLAIMS, CLASSES, claimNames, isDelayed, pending, planWaiting } from "./waiting-claim.ts";

const VOLUMES = "persistentvolumes";
const BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
/** The capacity before an expansion whose file system has not been resized yet. */
const BEFORE_RESIZE = "volume.alpha.kubernetes.io/pre-resize-capacity";

export const volumeBinder = defineController({
  name: "persistent-volume-binder",
  component: "persistentvolume-controller",
  reads: [VOLUMES, CLAIMS, CLASSES, "pods"],
  writes: [VOLUMES, CLAIMS],
  /** Its --pvclaimbinder-sync-period. */
  pace: { longest: 15_000 },
  itemsOf({ resource, object, previous, deleted, snapshot }) {
    if (resource === "pods") {
      const isNews = !deleted && isRefused(object) && !(previous && isRefused(previous));
      return isNews ? delayedClaims(object, snapshot) : [];
    }
    if (resource === VOLUMES) return [volumeItem(object), ...claimsFor(object, snapshot)];
    if (resource === CLAIMS) return [claimItem(object), ...volumesFor(object, snapshot)];
    return (
      snapshot
        .list(CLAIMS)
        // Claims without a class may get this one.
        .filter((each) => storageClassOf(each) === object.metadata.name || storageClassOf(each) === "")
        .map(claimItem)
    );
  },
  reconcile(item, { snapshot }) {
    const [kind, namespace = "", name = ""] = item.split("/");
    if (kind === "volume") {
      const volume = snapshot.get(VOLUMES, "", name);
      return volume ? planVolume(volume, snapshot) : settled;
    }
    const claim = snapshot.get(CLAIMS, namespace, name);
    if (!claim) return settled;
    return claim.metadata.annotations?.[BIND_COMPLETED] === undefined
      ? planUnbound(claim, snapshot)
      : planBound(claim, snapshot);
  },
});

const volumeItem = ({ metadata }: KubeObject) => `volume//${metadata.name}`;
const claimItem = ({ metadata }: KubeObject) => `claim/${metadata.namespace}/${metadata.name}`;

/** Its claims get an event that it is waiting; pods that are placed at once need none. */
const isRefused = (pod: Pod) => !pod.spec.nodeName && podCondition(pod, "PodScheduled")?.status === "False";

const delayedClaims = (pod: Stored<Pod>, snapshot: Snapshot) =>
  claimNames(pod)
    .map((name) => snapshot.get(CLAIMS, pod.metadata.namespace ?? "", name))
    .filter((claim) => claim !== undefined)
    .filter((claim) => isDelayed(snapshot.get(CLASSES, "", storageClassOf(claim))))
    .map(claimItem);

/** Claims that the volume concerns: its own, or those that it may be offered to. */
function claimsFor(volume: Volume, snapshot: Snapshot): readonly string[] {
  const { claimRef } = volume.spec;
  if (claimRef) return [`claim/${claimRef.namespace}/${claimRef.name}`];
  return snapshot
    .list(CLAIMS)
    .filter((claim) => {
      const { volumeName } = claim.spec;
      return volumeName ? volumeName === volume.metadata.name : bestVolume(claim, [volume], false) !== undefined;
    })
    .map(claimItem);
}

function volumesFor(claim: Claim, snapshot: Snapshot): readonly string[] {
  const { volumeName } = claim.spec;
  const named = volumeName ? [`volume//${volumeName}`] : [];
  const reserving = snapshot
    .list(VOLUMES)
    .filter((volume) => names(volume, claim))
    .map(volumeItem);
  return [...new Set([...named, ...reserving])];
}

function planVolume(volume: Volume, snapshot: Snapshot): Plan {
  const { claimRef } = volume.spec;
  const phase = (to: string) => ({ effects: statusUpdate(VOLUMES, volume, phaseOf(volume, to)) });
  if (!claimRef?.uid) return phase("Available");
  const claim = snapshot.get(CLAIMS, claimRef.namespace ?? "", claimRef.name ?? "");
  if (!claim || claim.metadata.uid !== claimRef.uid) return planReleased(volume);
  if (claim.spec.volumeName === volume.metadata.name) return phase("Bound");
  const madeForClaim = volume.metadata.annotations?.[PROVISIONED_BY] !== undefined;
  if (claim.spec.volumeName && madeForClaim && volume.spec.persistentVolumeReclaimPolicy === "Delete")
    return planReleased(volume);
  if (claim.spec.volumeName) return letGo(volume);
  return isOfOtherMode(claim, volume) ? { effects: [], events: otherMode(claim, volume) } : settled;
}

/** A volume that is reserved for a claim which it cannot serve. */
function otherMode(claim: Claim, volume: Volume): readonly EventRecord[] {
  const warningAbout = (about: Stored<KubeObject>, message: string): EventRecord => ({
    about,
    type: "Warning",
    reason: "VolumeMismatch",
    message: `${message} due to incompatible volumeMode.`,
  });
  const { name } = volume.metadata;
  return [
    warningAbout(volume, `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${claim.metadata.name}"`),
    warningAbout(claim, `Cannot bind PersistentVolume "${name}" to requested PersistentVolumeClaim`),
  ];
}

/** The claim is bound elsewhere: release the volume if the controller bound it; a user's reservation stays. */
function letGo(volume: Volume): Plan {
  const { claimRef: { uid: _, ...reserved } = {}, ...spec } = volume.spec;
  const { [BOUND_BY_CONTROLLER]: byController, ...annotations } = volume.metadata.annotations ?? {};
  const object = {
    ...volume,
    metadata: { ...volume.metadata, annotations },
    spec: byController === undefined ? { ...spec, claimRef: reserved } : spec,
  } as PersistentVolume;
  return { effects: [{ op: "update", resource: VOLUMES, namespace: "", object }] };
}

function planBound(claim: Claim, snapshot: Snapshot): Plan {
  const volume = claim.spec.volumeName ? snapshot.get(VOLUMES, "", claim.spec.volumeName) : undefined;
  if (!volume)
    return planLost(
      claim,
      "ClaimLost",
      claim.spec.volumeName
        ? "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
        : "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!",
    );
  // Not even a reservation by name counts, once the claim is bound.
  if (volume.spec.claimRef && volume.spec.claimRef.uid !== claim.metadata.uid)
    return planLost(claim, "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly");
  return bind(claim, volume);
}

function planLost(claim: Claim, reason: string, message: string): Plan {
  if (claim.status.phase === "Lost") return settled;
  const { accessModes: _, capacity: __, currentVolumeAttributesClassName: ___, ...status } = claim.status;
  const effects = statusUpdate(CLAIMS, claim, { ...status, phase: "Lost" });
  return { effects: withEvent(effects, { about: claim, type: "Warning", reason, message }) };
}

function planUnbound(claim: Claim, snapshot: Snapshot): Plan {
  const { volumeName } = claim.spec;
  if (volumeName) {
    const volume = snapshot.get(VOLUMES, "", volumeName);
    return volume ? planRequested(claim, volume) : pending(claim, []);
  }
  const storage = snapshot.get(CLASSES, "", storageClassOf(claim));
  const found = bestVolume(claim, snapshot.list(VOLUMES), isDelayed(storage));
  return found ? bind(claim, found) : planWaiting(claim, storage, snapshot);
}

/** The claim names its volume, which may be somebody else's, or not fit the claim. */
function planRequested(claim: Claim, volume: Volume): Plan {
  const eventOf = (reason: string, message: string) =>
    pending(claim, [{ about: claim, type: "Warning", reason, message }]);
  if (volume.spec.claimRef && !isFor(volume, claim))
    return eventOf("FailedBinding", `volume "${volume.metadata.name}" already bound to a different claim.`);
  // A volume reserved for the claim is accepted as it is.
  const mismatch = volume.spec.claimRef ? undefined : mismatchOf(claim, volume);
  return mismatch
    ? eventOf("VolumeMismatch", `Cannot bind to requested volume "${volume.metadata.name}": ${mismatch}`)
    : bind(claim, volume);
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
  // A client that sees the claim bound must see the volume bound, too.
  if (volume.status.phase !== "Bound") effects.push(boundPhase(volume));
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
  const status = boundStatus(claim, volume);
  if (!same(status, claim.status))
    effects.push({ op: "patch", ...target, subresource: "status", type, patch: { status } });
  return { effects };
}

const boundPhase = ({ metadata: { name, uid } }: Volume): Effect => ({
  op: "patch",
  resource: VOLUMES,
  namespace: "",
  name,
  subresource: "status",
  type: "application/merge-patch+json",
  patch: { metadata: { uid }, status: { phase: "Bound", message: null, reason: null } },
});

/** A claim that is already bound may report less than its volume's capacity: its file system has yet to grow. */
function boundStatus({ status }: Claim, { spec, metadata }: Volume): PersistentVolumeClaim["status"] {
  const bound = { ...status, phase: "Bound", accessModes: spec.accessModes ?? [] };
  if (status.phase === "Bound") return bound;
  const storage = metadata.annotations?.[BEFORE_RESIZE];
  const { volumeAttributesClassName: attributes } = spec;
  return {
    ...bound,
    capacity: storage === undefined ? (spec.capacity ?? {}) : { ...status.capacity, storage },
    ...(status.phase !== "Lost" && attributes !== undefined && { currentVolumeAttributesClassName: attributes }),
  };
}
