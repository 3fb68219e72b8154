/**
 * The cluster's state in memory, kept current change by change, with the indexes that controllers query. Kinds that no
 * controller names are kept as metadata only, which is enough for garbage collection and namespace deletion. Values
 * that objects have in common are stored once.
 */
import type { Pod } from "../../api/generated/core.v1.ts";
import { isJsonObject } from "../../api/machinery/json/json-object.ts";
import { completeObject } from "../../api/machinery/json/object-text.ts";
import { SharedValues } from "../../api/machinery/json/shared-values.ts";
import { type KubeObject, parseApiVersion, type Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";
import type { Located, Snapshot } from "../../worker/controllers/controller.ts";
import { heldOf } from "../../worker/controllers/held.ts";

type Any = Stored<KubeObject>;
/** Objects by name, in no particular order: no controller depends on one. */
type Names = Map<string, Any>;

/** Resources that are looked up by label, and those whose uncontrolled objects are. */
const BY_LABEL = new Set<GroupResource>(["pods", "endpointslices.discovery.k8s.io", "controllerrevisions.apps"]);
const ORPHANED = new Set<GroupResource>(["pods", "replicasets.apps", "controllerrevisions.apps"]);

export interface KnownKind {
  readonly resource: GroupResource;
  readonly apiVersion: string;
  readonly kind: string;
  readonly scope: "Namespaced" | "Cluster";
}

export interface Applied {
  readonly resource: GroupResource;
  readonly object: Any;
  readonly previous?: Any;
  readonly deleted: boolean;
}

export class ClusterSnapshot implements Snapshot {
  readonly #objects = new Map<GroupResource, Map<string, Names>>();
  readonly #uids = new Map<string, Located>();
  /** By resource and owner uid, and which resources an owner has any of. */
  readonly #dependents = new Index<Located>();
  readonly #dependentResources = new Map<string, Set<GroupResource>>();
  readonly #byLabel = new Index<Any>();
  readonly #orphans = new Index<Any>();
  readonly #onNode = new Index<Any>();
  readonly #shared = new SharedValues();
  readonly #kinds = new Map<string, GroupResource>();
  /** Deleted owners of objects that are still there, by uid. */
  readonly #deletedOwners = new Map<string, Located>();
  readonly #clusterScoped = new Set<GroupResource>();
  readonly #derived = new Map<GroupResource, Map<unknown, unknown>>();
  readonly #readWhole: ReadonlySet<GroupResource>;

  constructor(readWhole: Iterable<GroupResource>, kinds: Iterable<KnownKind>) {
    this.#readWhole = new Set(readWhole);
    for (const kind of kinds) this.#learn(kind);
  }

  /** Registers the kinds as which the API serves a resource, in place of those as which it did before. */
  serve(resource: GroupResource, kinds: readonly KnownKind[]): void {
    for (const [name, of] of this.#kinds) if (of === resource) this.#kinds.delete(name);
    for (const kind of kinds) this.#learn(kind);
  }

  #learn({ resource, apiVersion, kind, scope }: KnownKind): void {
    if (scope === "Cluster") this.#clusterScoped.add(resource);
    // A custom kind may be redefined with another scope.
    else this.#clusterScoped.delete(resource);
    this.#kinds.set(`${apiVersion} ${kind}`, resource);
  }

  resourceOf(apiVersion: string, kind: string): GroupResource | undefined {
    return this.#kinds.get(`${apiVersion} ${kind}`);
  }

  servedAs(group: string, kind: string): string | undefined {
    const served = [...this.#kinds.keys()].map((name) => name.split(" ") as [apiVersion: string, kind: string]);
    return served.findLast((each) => each[1] === kind && parseApiVersion(each[0]).group === group)?.[0];
  }

  isNamespaced(resource: GroupResource): boolean {
    return !this.#clusterScoped.has(resource);
  }

  /**
   * Takes in an object as it is after a change (or was before its deletion). Returns undefined if the change is already
   * known.
   */
  apply(resource: GroupResource, text: string, deleted: boolean): Applied | undefined {
    const object = this.#project(resource, readLean(text));
    const { namespace = "", name, resourceVersion } = object.metadata;
    const previous = this.#objects.get(resource)?.get(namespace)?.get(name);
    if (previous && Number(previous.metadata.resourceVersion) >= Number(resourceVersion)) return undefined;
    this.#derived.delete(resource);
    if (previous) this.#remove(resource, previous);
    if (!deleted) this.#add(resource, object);
    this.#noteOwners({ resource, object }, previous, deleted);
    if (deleted) return previous && { resource, object, previous, deleted };
    return previous ? { resource, object, previous, deleted } : { resource, object, deleted };
  }

  #project(resource: GroupResource, object: Any): Any {
    if (this.#readWhole.has(resource)) return this.#share(heldOf(resource, object));
    const { annotations: _, ...metadata } = object.metadata;
    return this.#share({ apiVersion: object.apiVersion, kind: object.kind, metadata });
  }

  #share(object: Any): Any {
    const { metadata, ...rest } = object;
    const shared: Record<string, unknown> = { metadata: this.#shared.members(metadata, OWN) };
    for (const [name, part] of Object.entries(rest))
      shared[name] = isJsonObject(part) ? this.#shared.members(part, OWN) : this.#shared.value(part);
    return shared as unknown as Any;
  }

  #add(resource: GroupResource, object: Any): void {
    const { namespace = "", name, uid, ownerReferences = [] } = object.metadata;
    const located = { resource, object };
    nested(nested(this.#objects, resource), namespace).set(name, object);
    this.#uids.set(uid, located);
    for (const owner of ownerReferences) {
      this.#dependents.add(`${resource} ${owner.uid}`, located);
      const resources = this.#dependentResources.get(owner.uid);
      if (resources) resources.add(resource);
      else this.#dependentResources.set(owner.uid, new Set([resource]));
    }
    this.#index(resource, object, (index, key) => index.add(key, object));
  }

  #remove(resource: GroupResource, object: Any): void {
    const { namespace = "", name, uid, ownerReferences = [] } = object.metadata;
    deleteNested(this.#objects.get(resource), namespace, name);
    const located = this.#uids.get(uid);
    this.#uids.delete(uid);
    for (const owner of located ? ownerReferences : []) {
      this.#dependents.remove(`${resource} ${owner.uid}`, located as Located);
      if (this.#dependents.at(`${resource} ${owner.uid}`).size > 0) continue;
      const resources = this.#dependentResources.get(owner.uid);
      if (resources?.delete(resource) && resources.size === 0) this.#dependentResources.delete(owner.uid);
    }
    this.#index(resource, object, (index, key) => index.remove(key, object));
  }

  /** Whether owners are gone is known of those that were there, even when their kind is no longer served. */
  #noteOwners(of: Located, previous: Any | undefined, deleted: boolean): void {
    const { uid } = of.object.metadata;
    if (!deleted) this.#deletedOwners.delete(uid);
    else if (this.#dependentResources.has(uid)) this.#deletedOwners.set(uid, of);
    for (const owner of previous?.metadata.ownerReferences ?? [])
      if (!this.#dependentResources.has(owner.uid)) this.#deletedOwners.delete(owner.uid);
  }

  #index(resource: GroupResource, object: Any, visit: (index: Index<Any>, key: string) => void): void {
    const { namespace = "", labels = {}, ownerReferences = [] } = object.metadata;
    if (BY_LABEL.has(resource))
      for (const [key, value] of Object.entries(labels))
        visit(this.#byLabel, labelKey(resource, namespace, key, value));
    if (ORPHANED.has(resource) && !ownerReferences.some(({ controller }) => controller))
      visit(this.#orphans, `${resource} ${namespace}`);
    const nodeName = resource === "pods" ? (object as Stored<Pod>).spec?.nodeName : undefined;
    if (nodeName) visit(this.#onNode, nodeName);
  }

  get<T extends KubeObject>(resource: GroupResource, namespace: string, name: string): Stored<T> | undefined {
    return this.#objects.get(resource)?.get(namespace)?.get(name) as Stored<T> | undefined;
  }

  list<T extends KubeObject>(resource: GroupResource, namespace?: string): readonly Stored<T>[] {
    const namespaces = this.#objects.get(resource);
    if (namespace !== undefined) return [...(namespaces?.get(namespace)?.values() ?? [])] as Stored<T>[];
    return [...(namespaces?.values() ?? [])].flatMap((names) => [...names.values()]) as Stored<T>[];
  }

  derived<T extends KubeObject, V>(resource: GroupResource, of: (objects: readonly Stored<T>[]) => V): V {
    const made = nested(this.#derived, resource);
    if (!made.has(of)) made.set(of, of(this.list<T>(resource)));
    return made.get(of) as V;
  }

  count(resource: GroupResource): number {
    let count = 0;
    for (const names of this.#objects.get(resource)?.values() ?? []) count += names.size;
    return count;
  }

  ownedBy<T extends KubeObject>(resource: GroupResource, uid: string): readonly Stored<T>[] {
    return Array.from(this.#dependents.at(`${resource} ${uid}`), ({ object }) => object as Stored<T>);
  }

  orphans<T extends KubeObject>(resource: GroupResource, namespace: string): readonly Stored<T>[] {
    return [...this.#orphans.at(`${resource} ${namespace}`)] as Stored<T>[];
  }

  labelled<T extends KubeObject>(
    resource: GroupResource,
    namespace: string,
    labels: Readonly<Record<string, string>>,
  ): readonly Stored<T>[] {
    const pairs = Object.entries(labels);
    const carries = (object: Any) => pairs.every(([key, value]) => object.metadata.labels?.[key] === value);
    if (pairs.length === 0 || !BY_LABEL.has(resource)) return this.list<T>(resource, namespace).filter(carries);
    const sets = pairs.map(([key, value]) => this.#byLabel.at(labelKey(resource, namespace, key, value)));
    const rarest = sets.reduce((least, set) => (set.size < least.size ? set : least));
    return [...rarest].filter(carries) as Stored<T>[];
  }

  podsOnNode(nodeName: string): readonly Stored<Pod>[] {
    return [...this.#onNode.at(nodeName)] as Stored<Pod>[];
  }

  byUid(uid: string): Located | undefined {
    return this.#uids.get(uid);
  }

  deletedOwner(uid: string): Located | undefined {
    return this.#deletedOwners.get(uid);
  }

  dependentsOf(uid: string): readonly Located[] {
    const resources = [...(this.#dependentResources.get(uid) ?? [])];
    return resources.flatMap((resource) => [...this.#dependents.at(`${resource} ${uid}`)]);
  }

  /** Used rarely, for a namespace that is being deleted, so there is no index for it. */
  inNamespace(namespace: string): readonly Located[] {
    if (namespace === "") return [];
    return [...this.#objects].flatMap(([resource, namespaces]) =>
      Array.from(namespaces.get(namespace)?.values() ?? [], (object) => ({ resource, object })),
    );
  }

  *all(): Iterable<Located> {
    yield* this.#uids.values();
  }
}

/** Drops managedFields: nobody reads them, and they are most of many an object. */
function readLean(text: string): Any {
  const object = JSON.parse(text) as Any;
  const { managedFields: _, ...metadata } = object.metadata;
  return completeObject({ ...object, metadata });
}

const labelKey = (resource: string, namespace: string, key: string, value: string) =>
  `${resource} ${namespace} ${key}=${value}`;

/** Fields that no two objects have in common. */
const OWN: ReadonlySet<string> = new Set(["name", "uid", "resourceVersion", "podIP", "clusterIP", "clusterIPs"]);

/** A multimap; keys without values take no room. */
class Index<T> {
  readonly #none: ReadonlySet<T> = new Set();
  readonly #sets = new Map<string, Set<T>>();

  at(key: string): ReadonlySet<T> {
    return this.#sets.get(key) ?? this.#none;
  }

  add(key: string, value: T): void {
    const set = this.#sets.get(key);
    if (set) set.add(value);
    else this.#sets.set(key, new Set([value]));
  }

  remove(key: string, value: T): void {
    const set = this.#sets.get(key);
    if (set?.delete(value) && set.size === 0) this.#sets.delete(key);
  }
}

function nested<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  let inner = map.get(key);
  if (!inner) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}

function deleteNested<K, L, V>(map: Map<K, Map<L, V>> | undefined, key: K, inner: L): void {
  const found = map?.get(key);
  if (found?.delete(inner) && found.size === 0) map?.delete(key);
}
