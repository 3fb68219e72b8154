/**
 * What every request is decided by and seldom changes: RBAC, custom resource definitions, admission configuration. Each
 * isolate keeps it parsed, along with its revision; the store refuses calls that were decided by an older one (rule
 * STORE-POLICY), and the snapshot then catches up from the log.
 */

import { readObject } from "../../api/machinery/json/object-text.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { ResourceTypes } from "../../api/resources/resource-types.ts";
import type { GroupResource, Revision, Store } from "../../api/store/store.ts";
import { listWhole } from "../../api/store/whole-list.ts";
import { POLICY_RESOURCES } from "./policy-resources.ts";
import { ROLE_RESOURCES, rolePart, sizeOfPart } from "./role-parts.ts";

type Objects = ReadonlyMap<string, KubeObject>;

export class PolicySnapshot {
  readonly #derived = new Map<unknown, unknown>();
  /** Values of earlier snapshots, of those that are computed from them. */
  readonly #earlier: Map<unknown, unknown>;

  constructor(
    readonly revision: Revision,
    private readonly objects: ReadonlyMap<GroupResource, Objects>,
    earlier: ReadonlyMap<unknown, unknown> = new Map(),
  ) {
    this.#earlier = new Map(earlier);
  }

  /** All objects of a policy resource. */
  list<R extends keyof ResourceTypes>(resource: R): readonly Stored<ResourceTypes[R]>[];
  list<T extends KubeObject>(resource: GroupResource): readonly T[];
  list<T extends KubeObject>(resource: GroupResource): readonly T[] {
    return [...(this.objects.get(resource)?.values() ?? [])] as T[];
  }

  /** One object; `namespace` "" for cluster scope. */
  get<R extends keyof ResourceTypes>(
    resource: R,
    namespace: string,
    name: string,
  ): Stored<ResourceTypes[R]> | undefined;
  get<T extends KubeObject>(resource: GroupResource, namespace: string, name: string): T | undefined;
  get<T extends KubeObject>(resource: GroupResource, namespace: string, name: string): T | undefined {
    return this.objects.get(resource)?.get(`${namespace}/${name}`) as T | undefined;
  }

  /** A value computed from this snapshot, cached per function. */
  derive<T>(compute: (snapshot: PolicySnapshot) => T): T {
    if (!this.#derived.has(compute)) this.#derived.set(compute, compute(this));
    return this.#derived.get(compute) as T;
  }

  /** Likewise, for values of which most parts are those of an earlier snapshot. Objects that did not change are the same. */
  deriveFrom<T>(compute: (snapshot: PolicySnapshot, earlier: T | undefined) => T): T {
    const known = this.#derived.has(compute);
    const value = known ? this.#derived.get(compute) : compute(this, this.#earlier.get(compute) as T | undefined);
    this.#derived.set(compute, value);
    this.#earlier.set(compute, value);
    return value as T;
  }

  static async load(store: Store): Promise<PolicySnapshot> {
    const { revision } = await store.status();
    const loaded = await Promise.all(
      POLICY_RESOURCES.map(async (resource) => {
        const page = await listWhole(store, { resource });
        if (!page.ok) throw new Error(`cannot load policy: ${page.reason}`);
        const objects = page.items.map(
          ({ key, text }) => [`${key.namespace}/${key.name}`, parse(resource, text)] as const,
        );
        return [resource, new Map(objects)] as const;
      }),
    );
    return new PolicySnapshot(revision, new Map(loaded));
  }

  /** The current snapshot, made by applying the log since this one. */
  async catchUp(store: Store): Promise<PolicySnapshot> {
    const objects = new Map(this.objects);
    const changed = new Map<GroupResource, Map<string, KubeObject>>();
    const changesOf = (resource: GroupResource): Map<string, KubeObject> => {
      const copy = changed.get(resource) ?? new Map(objects.get(resource));
      changed.set(resource, copy);
      objects.set(resource, copy);
      return copy;
    };
    for (let revision = this.revision; ; ) {
      const tail = await store.after({ revision, resources: POLICY_RESOURCES });
      if (!tail.ok) return PolicySnapshot.load(store);
      for (const { type, key, text } of tail.changes) {
        const id = `${key.namespace}/${key.name}`;
        if (type === "DELETED") changesOf(key.resource).delete(id);
        else changesOf(key.resource).set(id, parse(key.resource, text));
      }
      revision = tail.revision;
      if (!tail.more) return new PolicySnapshot(revision, objects, this.#earlier);
    }
  }
}

const roleResources: ReadonlySet<GroupResource> = new Set(ROLE_RESOURCES);

const sizes = new WeakMap<KubeObject, number>();

/** Who wrote what, and when, decides nothing; of a definition that kubectl applied it is half of the text. */
function withoutHistory(object: KubeObject): KubeObject {
  const { managedFields: _, annotations, ...metadata } = object.metadata;
  if (!annotations) return { ...object, metadata };
  const { [LAST_APPLIED]: __, ...others } = annotations;
  return { ...object, metadata: { ...metadata, annotations: others } };
}

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

function parse(resource: GroupResource, text: string): KubeObject {
  const object = readObject(text);
  const isRole = roleResources.has(resource);
  const kept = isRole ? rolePart(object) : withoutHistory(object);
  sizes.set(kept, isRole ? sizeOfPart(kept) : text.length);
  return kept;
}

/**
 * By cluster. Only finished snapshots are shared: a promise belongs to the request that created it, and would stay
 * pending for all others if that request were cancelled.
 */
const snapshots = new Map<string, PolicySnapshot>();
/** Of JSON. A new cluster's snapshot has some hundred kilobytes. */
const MAX_CACHED_MIB = 32;

/** The cluster's snapshot in this isolate, if it has one. */
export const knownPolicy = (cluster: string): PolicySnapshot | undefined => snapshots.get(cluster);

/** The cluster was deleted. */
export const removePolicy = (cluster: string): void => void snapshots.delete(cluster);

export async function loadPolicy(cluster: string, store: Store): Promise<PolicySnapshot> {
  return cacheNewest(cluster, await PolicySnapshot.load(store));
}

/** After the store answered `stale-policy` to a decision by `stale`. */
export async function refreshPolicy(cluster: string, stale: PolicySnapshot, store: Store): Promise<PolicySnapshot> {
  const known = snapshots.get(cluster);
  if (known && known.revision > stale.revision) return known;
  return cacheNewest(cluster, await stale.catchUp(store));
}

function cacheNewest(cluster: string, snapshot: PolicySnapshot): PolicySnapshot {
  const known = snapshots.get(cluster);
  // If another is as new, others have derived values from it already.
  if (known && known.revision >= snapshot.revision) return known;
  snapshots.set(cluster, snapshot);
  if (snapshots.size > 1) makeRoom(cluster);
  return snapshot;
}

/** Forgets the snapshots of other clusters, the oldest first, which are loaded again when they are needed. */
function makeRoom(cluster: string): void {
  let size = [...snapshots.values()].reduce((sum, each) => sum + each.derive(sizeOfSnapshot), 0);
  for (const [other, snapshot] of snapshots) {
    if (size <= MAX_CACHED_MIB * 2 ** 20) return;
    if (other === cluster) continue;
    snapshots.delete(other);
    size -= snapshot.derive(sizeOfSnapshot);
  }
}

const sizeOfSnapshot = (snapshot: PolicySnapshot): number =>
  POLICY_RESOURCES.flatMap((resource) => snapshot.list(resource)).reduce(
    (sum, object) => sum + (sizes.get(object) ?? 0),
    0,
  );
