/**
 * The cluster's state in memory, kept current change by change, with the indexes that controllers ask by. Kinds that no
 * controller names are kept as metadata: enough for garbage collection and namespace deletion.
 */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { readObject } from "../../api/machinery/object-text.ts";
import type { GroupResource } from "../../api/store.ts";
import type { Located, Snapshot } from "../../worker/controllers/controller.ts";

type Any = Stored<KubeObject>;
/** Objects by name (bytewise order is not kept: no controller depends on it). */
type Names = Map<string, Any>;

/** Resources that are looked up by label, and those whose objects without a controller are. */
const BY_LABEL = new Set<GroupResource>(["pods", "endpointslices.discovery.k8s.io", "controllerrevisions.apps"]);
const ORPHANED = new Set<GroupResource>(["pods", "replicasets.apps", "controllerrevisions.apps"]);

export interface KnownKind {
  readonly resource: GroupResource;
  readonly apiVersion: string;
  readonly kind: string;
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
  readonly #dependents = new Map<string, Map<string, Located>>();
  readonly #byNamespace = new Map<string, Map<string, Located>>();
  readonly #byLabel = new Index();
  readonly #orphans = new Index();
  readonly #onNode = new Index();
  readonly #kinds = new Map<string, GroupResource>();
  readonly #derived = new Map<GroupResource, Map<unknown, unknown>>();
  readonly #readWhole: ReadonlySet<GroupResource>;

  constructor(readWhole: Iterable<GroupResource>, kinds: Iterable<KnownKind>) {
    this.#readWhole = new Set(readWhole);
    for (const kind of kinds) this.learn(kind);
  }

  /** Adds a kind that the API serves. */
  learn({ resource, apiVersion, kind }: KnownKind): void {
    this.#kinds.set(`${apiVersion} ${kind}`, resource);
  }

  resourceOf(apiVersion: string, kind: string): GroupResource | undefined {
    return this.#kinds.get(`${apiVersion} ${kind}`);
  }

  /** Takes an object as it is after a change (or was, before its deletion); undefined where the change is old news. */
  apply(resource: GroupResource, text: string, deleted: boolean): Applied | undefined {
    const object = this.#project(resource, readObject(text) as Any);
    const { namespace = "", name, resourceVersion } = object.metadata;
    const previous = this.#objects.get(resource)?.get(namespace)?.get(name);
    if (previous && Number(previous.metadata.resourceVersion) >= Number(resourceVersion)) return undefined;
    this.#derived.delete(resource);
    if (previous) this.#remove(resource, previous);
    if (deleted) return previous && { resource, object, previous, deleted };
    this.#add(resource, object);
    return previous ? { resource, object, previous, deleted } : { resource, object, deleted };
  }

  #project(resource: GroupResource, object: Any): Any {
    const { managedFields: _, ...metadata } = object.metadata;
    if (this.#readWhole.has(resource)) return { ...object, metadata };
    const { annotations: __, ...kept } = metadata;
    return { apiVersion: object.apiVersion, kind: object.kind, metadata: kept } as Any;
  }

  #add(resource: GroupResource, object: Any): void {
    const { namespace = "", name, uid } = object.metadata;
    const located = { resource, object };
    nested(nested(this.#objects, resource), namespace).set(name, object);
    this.#uids.set(uid, located);
    if (namespace !== "") nested(this.#byNamespace, namespace).set(uid, located);
    for (const owner of object.metadata.ownerReferences ?? []) nested(this.#dependents, owner.uid).set(uid, located);
    this.#index(resource, object, (index, key) => index.add(key, object));
  }

  #remove(resource: GroupResource, object: Any): void {
    const { namespace = "", name, uid } = object.metadata;
    this.#objects.get(resource)?.get(namespace)?.delete(name);
    this.#uids.delete(uid);
    drop(this.#byNamespace, namespace, uid);
    for (const owner of object.metadata.ownerReferences ?? []) drop(this.#dependents, owner.uid, uid);
    this.#index(resource, object, (index, key) => index.remove(key, object));
  }

  #index(resource: GroupResource, object: Any, visit: (index: Index, key: string) => void): void {
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
    const found: Any[] = [];
    for (const located of this.#dependents.get(uid)?.values() ?? [])
      if (located.resource === resource) found.push(located.object);
    return found as Stored<T>[];
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

  podsOnNode<T extends KubeObject>(nodeName: string): readonly Stored<T>[] {
    return [...this.#onNode.at(nodeName)] as Stored<T>[];
  }

  byUid(uid: string): Located | undefined {
    return this.#uids.get(uid);
  }

  dependentsOf(uid: string): readonly Located[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  inNamespace(namespace: string): readonly Located[] {
    return [...(this.#byNamespace.get(namespace)?.values() ?? [])];
  }

  *all(): Iterable<Located> {
    yield* this.#uids.values();
  }
}

const labelKey = (resource: string, namespace: string, key: string, value: string) =>
  `${resource} ${namespace} ${key}=${value}`;

/** Objects by a key; keys without objects take no room. */
class Index {
  static readonly #none: ReadonlySet<Any> = new Set();
  readonly #sets = new Map<string, Set<Any>>();

  at(key: string): ReadonlySet<Any> {
    return this.#sets.get(key) ?? Index.#none;
  }

  add(key: string, object: Any): void {
    const set = this.#sets.get(key);
    if (set) set.add(object);
    else this.#sets.set(key, new Set([object]));
  }

  remove(key: string, object: Any): void {
    const set = this.#sets.get(key);
    if (set?.delete(object) && set.size === 0) this.#sets.delete(key);
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

function drop<K, L, V>(map: Map<K, Map<L, V>>, key: K, inner: L): void {
  const found = map.get(key);
  if (found?.delete(inner) && found.size === 0) map.delete(key);
}
