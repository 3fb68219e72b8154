/**
 * Follows owner references: deletes objects whose owners are gone, waits for blocking dependents in a foreground
 * deletion, and releases dependents in an orphaning one. Items are uids; an owner that is gone has an item, too.
 */
import type { OwnerReference } from "../../api/generated/meta.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import {
  defineController,
  type Effect,
  EVERYTHING,
  type EventRecord,
  type Located,
  type Plan,
  type Snapshot,
  settled,
} from "./controller.ts";
import { releasePatch } from "./controller-ref.ts";
import { same } from "./same.ts";

/** An object that was just created may still be getting its owner (CTL-GC-YOUNG). Creation times are whole seconds. */
const YOUNG_MS = 2000;

const FOREGROUND = "foregroundDeletion";
const ORPHAN = "orphan";

export const garbageCollector = defineController({
  name: "generic-garbage-collector",
  component: "garbage-collector-controller",
  reads: [EVERYTHING],
  writes: [EVERYTHING],
  itemsOf({ resource, object, deleted, previous, snapshot }) {
    const { uid, ownerReferences = [], deletionTimestamp } = object.metadata;
    if (!deleted && previous && sameTies(object, previous)) return [];
    const told = deleted ? [] : newlyMisplaced({ resource, object }, { previous, snapshot });
    const dependents = () => snapshot.dependentsOf(uid).map((each) => each.object.metadata.uid);
    // Owners that wait for this dependent's end, or that it no longer blocks.
    const owners = [...ownerReferences, ...(previous?.metadata.ownerReferences ?? [])].map((owner) => owner.uid);
    if (deleted) return [...dependents(), ...owners];
    const items = ownerReferences.length > 0 || deletionTimestamp ? [uid] : [];
    const others = deletionTimestamp && isForeground(object) ? [...dependents(), ...owners] : owners;
    return [...items, ...others, ...told];
  },
  reconcile(item, { snapshot, now }) {
    const isMisplaced = item.startsWith(MISPLACED);
    const found = snapshot.byUid(isMisplaced ? item.slice(MISPLACED.length) : item);
    if (!found) return settled;
    if (isMisplaced) return { effects: [], events: misplacedEvents(found, snapshot) };
    const { object } = found;
    if (object.metadata.deletionTimestamp) {
      if (object.metadata.finalizers?.includes(ORPHAN)) return planOrphaning(found, snapshot);
      if (isForeground(object)) return planForeground(found, snapshot);
      return settled;
    }
    return planDependent(found, snapshot, now);
  },
});

/** Marks items of objects whose owner was found to be in another namespace. */
const MISPLACED = "misplaced ";

/** Reported when the object gets its owners, or when such an owner appears. */
function newlyMisplaced(
  { resource, object }: Located,
  { previous, snapshot }: { readonly previous: Stored<KubeObject> | undefined; readonly snapshot: Snapshot },
): readonly string[] {
  const isNews = !previous || !same(object.metadata.ownerReferences, previous.metadata.ownerReferences);
  const concerned = [
    ...(isNews ? [{ resource, object }] : []),
    ...(previous ? [] : snapshot.dependentsOf(object.metadata.uid)),
  ];
  return concerned
    .filter((each) => misplacedEvents(each, snapshot).length > 0)
    .map((each) => `${MISPLACED}${each.object.metadata.uid}`);
}

/** Most changes affect neither owners nor finalizers nor deletion, and do not concern the collector. */
const sameTies = ({ metadata: a }: Stored<KubeObject>, { metadata: b }: Stored<KubeObject>) =>
  a.uid === b.uid &&
  a.deletionTimestamp === b.deletionTimestamp &&
  same(a.ownerReferences, b.ownerReferences) &&
  same(a.finalizers, b.finalizers);

const isForeground = (object: Stored<KubeObject>) =>
  object.metadata.finalizers?.includes(FOREGROUND) === true && object.metadata.deletionTimestamp !== undefined;

const targetOf = ({ resource, object }: Located) => ({
  resource,
  namespace: object.metadata.namespace ?? "",
  name: object.metadata.name,
});

/** Kubernetes writes the whole list of finalizers, with the revision at which it saw them. */
const withoutFinalizer = (found: Located, finalizer: string): Effect => ({
  op: "patch",
  ...targetOf(found),
  type: "application/merge-patch+json",
  patch: {
    metadata: {
      resourceVersion: found.object.metadata.resourceVersion,
      finalizers: (found.object.metadata.finalizers ?? []).filter((each) => each !== finalizer),
    },
  },
});

function planOrphaning(owner: Located, snapshot: Snapshot): Plan {
  const { uid } = owner.object.metadata;
  const release = snapshot.dependentsOf(uid).map((each) => releaseOf(each, [uid]));
  return { effects: [{ op: "batch", effects: release }, withoutFinalizer(owner, ORPHAN)] };
}

/** Custom resources have no strategic merge patch: their whole list of references is written. */
function releaseOf(dependent: Located, owners: readonly string[]): Effect {
  const [only] = owners;
  if (owners.length === 1 && only !== undefined && !isCustom(dependent))
    return releasePatch(dependent.resource, dependent.object, only);
  const { resourceVersion, ownerReferences = [] } = dependent.object.metadata;
  return {
    op: "patch",
    ...targetOf(dependent),
    type: "application/merge-patch+json",
    patch: {
      metadata: { resourceVersion, ownerReferences: ownerReferences.filter(({ uid }) => !owners.includes(uid)) },
    },
  };
}

/** Built-in groups have no dot, or end in k8s.io. */
const isCustom = ({ resource }: Located) => {
  const group = resource.split(".").slice(1).join(".");
  return group.includes(".") && !group.endsWith(".k8s.io");
};

function planForeground(owner: Located, snapshot: Snapshot): Plan {
  const { uid } = owner.object.metadata;
  const blocking = snapshot
    .dependentsOf(uid)
    .filter(({ object }) =>
      object.metadata.ownerReferences?.some((each) => each.uid === uid && each.blockOwnerDeletion),
    );
  return blocking.length > 0 ? settled : { effects: [withoutFinalizer(owner, FOREGROUND)] };
}

/** Of an unknown owner, it cannot be determined whether it exists. */
type Standing = "solid" | "dangling" | "waiting" | "unknown";

function standingOf(reference: OwnerReference, dependent: Stored<KubeObject>, snapshot: Snapshot): Standing {
  const resource = snapshot.resourceOf(reference.apiVersion, reference.kind);
  const { namespace } = dependent.metadata;
  // A kind that is not served may come back; but what was seen to go is gone.
  if (resource === undefined) return hadOwner(reference, dependent, snapshot) ? "dangling" : "unknown";
  // An owner in some namespace cannot be looked up.
  if (namespace === undefined && snapshot.isNamespaced(resource)) return "unknown";
  const owner = snapshot.byUid(reference.uid);
  if (owner?.resource !== resource || owner.object.metadata.name !== reference.name) return "dangling";
  if (isElsewhere(owner, dependent)) return "dangling";
  return isForeground(owner.object) ? "waiting" : "solid";
}

/** Whether the very object that is referred to was seen to go: under another version it may be anything. */
function hadOwner(reference: OwnerReference, dependent: Stored<KubeObject>, snapshot: Snapshot): boolean {
  const owner = snapshot.deletedOwner(reference.uid);
  if (!owner || isElsewhere(owner, dependent)) return false;
  const { apiVersion, kind, metadata } = owner.object;
  return apiVersion === reference.apiVersion && kind === reference.kind && metadata.name === reference.name;
}

const isElsewhere = ({ object: { metadata } }: Located, dependent: Stored<KubeObject>): boolean =>
  metadata.namespace !== undefined && metadata.namespace !== dependent.metadata.namespace;

function planDependent(found: Located, snapshot: Snapshot, now: number): Plan {
  const { object } = found;
  const references = object.metadata.ownerReferences ?? [];
  if (references.length === 0) return settled;
  const by = (standing: Standing) => references.filter((each) => standingOf(each, object, snapshot) === standing);
  const [solid, dangling, waiting, unknown] = [by("solid"), by("dangling"), by("waiting"), by("unknown")];
  if (unknown.length > 0) return settled;
  if (solid.length > 0) {
    const gone = [...dangling, ...waiting].map(({ uid }) => uid);
    return gone.length > 0 ? { effects: [releaseOf(found, gone)] } : settled;
  }
  const { uid, finalizers = [], deletionTimestamp, creationTimestamp } = object.metadata;
  if (deletionTimestamp) return settled;
  const grown = Date.parse(creationTimestamp) + YOUNG_MS;
  if (waiting.length === 0 && now < grown) return { effects: [], wakeAt: grown };
  const dependents = snapshot.dependentsOf(uid);
  const hasDependents = dependents.length > 0;
  const propagationPolicy =
    waiting.length > 0 && hasDependents
      ? "Foreground"
      : finalizers.includes(ORPHAN)
        ? "Orphan"
        : finalizers.includes(FOREGROUND)
          ? "Foreground"
          : "Background";
  // Owners that own each other would wait for each other, so members of a cycle do not block.
  const circular = waiting.length > 0 && dependents.some(({ object: each }) => isForeground(each));
  const unblock =
    circular && references.some(({ blockOwnerDeletion }) => blockOwnerDeletion) ? [unblockOwner(found)] : [];
  return { effects: [...unblock, { op: "delete", ...targetOf(found), uid, propagationPolicy }] };
}

const unblockOwner = (found: Located): Effect => ({
  op: "patch",
  ...targetOf(found),
  type: "application/merge-patch+json",
  patch: {
    metadata: {
      resourceVersion: found.object.metadata.resourceVersion,
      ownerReferences: (found.object.metadata.ownerReferences ?? []).map((each) => ({
        ...each,
        blockOwnerDeletion: false,
      })),
    },
  },
});

/** Only the first reference that does not match its owner is looked at, as in Kubernetes. */
function misplacedEvents(dependent: Located, snapshot: Snapshot): readonly EventRecord[] {
  for (const reference of dependent.object.metadata.ownerReferences ?? []) {
    const owner = snapshot.byUid(reference.uid);
    if (!owner) continue;
    if (isElsewhere(owner, dependent.object)) return [misplacedEvent(dependent, reference)];
    const { name } = owner.object.metadata;
    if (name !== reference.name || owner.resource !== snapshot.resourceOf(reference.apiVersion, reference.kind))
      return [];
  }
  return [];
}

function misplacedEvent({ object }: Located, reference: OwnerReference): EventRecord {
  const namespace = object.metadata.namespace ?? "";
  const text = `[${reference.apiVersion}/${reference.kind}, namespace: ${namespace}, name: ${reference.name}, uid: ${reference.uid}]`;
  return {
    about: object,
    type: "Warning",
    reason: "OwnerRefInvalidNamespace",
    message: `ownerRef ${text} does not exist in namespace "${namespace}"`,
  };
}
