/** Keeps claims that pods use, volumes that are bound, and attributes classes that are in use until they are free. */
import type { PersistentVolumeClaim, PersistentVolumeClaimStatus, Pod } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { defineController, type Effect, type Plan, type Snapshot, settled } from "../controller.ts";
import { controllerOf } from "../controller-ref.ts";
import { itemKey, itemOf, splitItem } from "../item-key.ts";
import { claimNames } from "./waiting-claim.ts";

const CLAIM_FINALIZER = "kubernetes.io/pvc-protection";
const VOLUME_FINALIZER = "kubernetes.io/pv-protection";
const CLASS_FINALIZER = "kubernetes.io/vac-protection";
const CLASSES = "volumeattributesclasses.storage.k8s.io";

/** Adds the finalizer while the object exists, and removes it once the object is terminating and free. */
function planProtection(resource: string, object: Stored<KubeObject>, finalizer: string, inUse: () => boolean): Plan {
  const { finalizers = [], deletionTimestamp, resourceVersion, namespace = "", name } = object.metadata;
  const has = finalizers.includes(finalizer);
  if (deletionTimestamp === undefined ? has : !has || inUse()) return settled;
  const next = has ? finalizers.filter((each) => each !== finalizer) : [...finalizers, finalizer];
  const patch: Effect = {
    op: "patch",
    resource,
    namespace,
    name,
    type: "application/merge-patch+json",
    patch: { metadata: { resourceVersion, finalizers: next.length > 0 ? next : null } },
  };
  return { effects: [patch] };
}

export const claimProtection = defineController({
  name: "pvc-protection-controller",
  reads: ["persistentvolumeclaims", "pods"],
  writes: ["persistentvolumeclaims"],
  itemsOf({ resource, object, deleted }) {
    if (resource !== "pods") return [itemKey(object)];
    const pod = object;
    return deleted || isShutDown(pod) ? claimNames(pod).map((name) => itemOf(pod.metadata.namespace ?? "", name)) : [];
  },
  reconcile(item, { snapshot }) {
    const { namespace, name } = splitItem(item);
    const claim = snapshot.get("persistentvolumeclaims", namespace, name);
    return claim
      ? planProtection("persistentvolumeclaims", claim, CLAIM_FINALIZER, () => isUsed(claim, snapshot))
      : settled;
  },
});

/** Its node is done with it. */
const isShutDown = ({ metadata }: Stored<Pod>): boolean =>
  metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0;

/** A pod uses its claims until it is gone, ended or not; claims created for a pod are deleted before it. */
function isUsed(claim: Stored<PersistentVolumeClaim>, snapshot: Snapshot): boolean {
  const { namespace = "", name } = claim.metadata;
  const creator = controllerOf(claim)?.uid;
  const namesOf = (pod: Stored<Pod>) =>
    isShutDown(pod) || creator !== pod.metadata.uid ? namedClaims(pod) : claimNames(pod);
  return snapshot.list("pods", namespace).some((pod) => pod.spec.nodeName !== undefined && namesOf(pod).includes(name));
}

/** Without those that are created for it. */
const namedClaims = ({ spec }: Stored<Pod>): readonly string[] =>
  (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);

export const volumeProtection = defineController({
  name: "pv-protection-controller",
  reads: ["persistentvolumes"],
  writes: ["persistentvolumes"],
  itemsOf: ({ object }) => [itemKey(object)],
  reconcile(name, { snapshot }) {
    const volume = snapshot.get("persistentvolumes", "", name);
    return volume
      ? planProtection("persistentvolumes", volume, VOLUME_FINALIZER, () => volume.status.phase === "Bound")
      : settled;
  },
});

/** A claim, or a volume. */
interface Classified {
  readonly spec: { readonly volumeAttributesClassName?: string };
  readonly status: PersistentVolumeClaimStatus;
}

/** The classes that a claim or a volume refers to: wanted, current, or being applied. */
function classNames({ spec, status }: Classified): readonly string[] {
  const { currentVolumeAttributesClassName: current, modifyVolumeStatus: modify } = status ?? {};
  return [spec.volumeAttributesClassName, current, modify?.targetVolumeAttributesClassName].flatMap(
    (name) => name || [],
  );
}

export const classProtection = defineController({
  name: "volumeattributesclass-protection-controller",
  reads: [CLASSES, "persistentvolumeclaims", "persistentvolumes"],
  writes: [CLASSES],
  itemsOf({ resource, object, previous }) {
    if (resource === CLASSES) return [itemKey(object)];
    // What is no longer referred to may be free now.
    return [...classNames(object), ...(previous ? classNames(previous) : [])];
  },
  reconcile(name, { snapshot }) {
    const found = snapshot.get(CLASSES, "", name);
    const users = ["persistentvolumeclaims", "persistentvolumes"] as const;
    const isNamed = () => users.some((user) => snapshot.list(user).some((object) => classNames(object).includes(name)));
    return found ? planProtection(CLASSES, found, CLASS_FINALIZER, isNamed) : settled;
  },
});
