/**
 * The cluster as the scheduler sees it: nodes with their pods, and the objects that plugins need. Kept current change
 * by change; pods that were placed and not yet written count as placed.
 */
import type { Node } from "../../../api/generated/core.v1.ts";
import { deepEqual } from "../../../api/machinery/json/deep-equal.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { discouragesScheduling } from "../../../api/machinery/selectors/tolerations.ts";
import { DEVICE_CLASSES } from "../../../api/resources/resource/extended-resource.ts";
import type { ObjectOf } from "../../../api/resources/resource-types.ts";
import type { GroupResource } from "../../../api/store/store.ts";
import { claimNamesOf } from "./claim-names.ts";
import type { ClusterChange } from "./cluster-change.ts";
import { NodeInfo } from "./node-info.ts";
import { inTurns, zoneOf } from "./node-order.ts";
import type { NodeVerdicts } from "./node-verdicts.ts";
import { PodCounts, type PodMatcher } from "./pod-counts.ts";
import { type PendingPod, type PodFacts, placedOn } from "./pod-facts.ts";
import { Shortlist } from "./shortlist.ts";

const NOBODY: readonly never[] = [];

/** Each takes some 24 bytes per node. */
const SHAPES = 32;

export interface Expectation {
  readonly pod: PendingPod;
  readonly node: NodeInfo;
  /** ms */
  readonly since: number;
}

export class Cluster {
  readonly #nodes = new Map<string, NodeInfo>();
  #ordered: readonly NodeInfo[] | undefined;
  /** Every pod that has a node, even if the node is not known (yet). */
  readonly #assigned = new Map<string, PodFacts>();
  readonly #orphans = new Map<string, Map<string, PodFacts>>();
  /** By resource, namespace and name. */
  readonly #objects = new Map<string, Map<string, Map<string, Stored<KubeObject>>>>();
  /** Nodes with a pod that has affinity terms of its own. */
  readonly nodesWithAffinity = new Map<NodeInfo, number>();
  readonly nodesWithAntiAffinity = new Map<NodeInfo, number>();
  readonly #nominated = new Map<string, Map<string, PendingPod>>();
  readonly #nominatedTo = new Map<string, string>();
  /** Pods among the assigned that are not bound yet. */
  readonly #expected = new Map<string, Expectation>();
  readonly #podCounts = new PodCounts();
  readonly #domains = new Map<string, ReadonlySet<string | undefined>>();
  /** By pod shape; valid for the current order of nodes, and the current device classes. */
  readonly verdicts = new Shapes();
  readonly shortlist = new Shortlist();
  readonly #claimUsers = new Map<string, number>();
  readonly #images = new Map<string, number>();
  /** The number of nodes with a PreferNoSchedule taint. */
  nodesToAvoid = 0;

  /** Round-robin over zones, so that looking at some of them covers all zones. */
  get nodes(): readonly NodeInfo[] {
    this.#ordered ??= inTurns(this.#nodes.values());
    return this.#ordered;
  }

  node(name: string): NodeInfo | undefined {
    return this.#nodes.get(name);
  }

  assigned(key: string): PodFacts | undefined {
    return this.#assigned.get(key);
  }

  /** Nominates the pod to the node only, where room is being made for it; "" for none. */
  nominate(pod: PendingPod, nodeName: string): void {
    const before = this.#nominatedTo.get(pod.key);
    if (before !== undefined && this.#nominated.get(before)?.delete(pod.key)) this.#nominatedTo.delete(pod.key);
    if (nodeName === "") return;
    const pods = this.#nominated.get(nodeName) ?? new Map<string, PendingPod>();
    this.#nominated.set(nodeName, pods.set(pod.key, pod));
    this.#nominatedTo.set(pod.key, nodeName);
  }

  /** Undoes the nomination of a pod that is gone or placed. */
  removeNomination(key: string): void {
    const nodeName = this.#nominatedTo.get(key);
    if (nodeName === undefined) return;
    this.#nominatedTo.delete(key);
    this.#nominated.get(nodeName)?.delete(key);
  }

  get hasNominations(): boolean {
    return this.#nominatedTo.size > 0;
  }

  /** Other pods nominated to the node to which this one must yield. */
  nominatedTo(nodeName: string, { key, priority }: PendingPod): readonly PendingPod[] {
    if (this.#nominatedTo.size === 0) return NOBODY;
    const pods = this.#nominated.get(nodeName);
    return pods ? [...pods.values()].filter((pod) => pod.key !== key && pod.priority >= priority) : NOBODY;
  }

  /** Pods of lower priority whose nominated room is now another's. */
  displaced(nodeName: string, { priority }: PendingPod): readonly PendingPod[] {
    return [...(this.#nominated.get(nodeName)?.values() ?? [])].filter((pod) => pod.priority < priority);
  }

  /** The number of matching pods per node; nodes without any are left out. */
  podCounts(matcher: PodMatcher): ReadonlyMap<NodeInfo, number> {
    return this.#podCounts.of(matcher, this.nodes);
  }

  /** The same, by the value of a node label. */
  podCountsByDomain(matcher: PodMatcher, topologyKey: string): ReadonlyMap<string, number> {
    return this.#podCounts.byDomain(matcher, topologyKey, this.nodes);
  }

  /** The label's values among nodes; undefined is one if some node lacks it. */
  domains(topologyKey: string): ReadonlySet<string | undefined> {
    let domains = this.#domains.get(topologyKey);
    if (domains === undefined) {
      domains = new Set(this.nodes.map(({ labels }) => labels[topologyKey]));
      this.#domains.set(topologyKey, domains);
    }
    return domains;
  }

  /** How many pods with a node use the claim. */
  usersOfClaim(namespace: string, name: string): number {
    return this.#claimUsers.get(`${namespace}/${name}`) ?? 0;
  }

  nodesWithImage(name: string): number {
    return this.#images.get(name) ?? 0;
  }

  get<R extends GroupResource>(resource: R, namespace: string, name: string): Stored<ObjectOf<R>> | undefined {
    return this.#objects.get(resource)?.get(namespace)?.get(name) as Stored<ObjectOf<R>> | undefined;
  }

  *list<R extends GroupResource>(resource: R): Iterable<Stored<ObjectOf<R>>> {
    for (const namespace of this.#objects.get(resource)?.keys() ?? []) yield* this.listIn(resource, namespace);
  }

  listIn<R extends GroupResource>(resource: R, namespace: string): Iterable<Stored<ObjectOf<R>>> {
    return (this.#objects.get(resource)?.get(namespace)?.values() ?? NOBODY) as Iterable<Stored<ObjectOf<R>>>;
  }

  setNode(node: Stored<Node>): ClusterChange {
    const known = this.#nodes.get(node.metadata.name);
    if (known) {
      const previous = known.node;
      this.#countNode(known, -1);
      known.node = node;
      this.#countNode(known, 1);
      if (zoneOf(previous) !== zoneOf(node)) this.#reorder();
      if (!deepEqual(previous.metadata.labels, node.metadata.labels)) this.#clearDomains();
      return { kind: "node", node, previous };
    }
    const info = new NodeInfo(node);
    this.#nodes.set(info.name, info);
    this.#countNode(info, 1);
    this.#reorder();
    for (const pod of this.#orphans.get(info.name)?.values() ?? []) this.#put(info, pod);
    this.#orphans.delete(info.name);
    return { kind: "node", node };
  }

  deleteNode(node: Stored<Node>): ClusterChange {
    const info = this.#nodes.get(node.metadata.name);
    if (info) {
      this.#nodes.delete(info.name);
      this.#countNode(info, -1);
      this.#podCounts.forget();
      this.#reorder();
      this.nodesWithAffinity.delete(info);
      this.nodesWithAntiAffinity.delete(info);
      if (info.pods.size > 0) this.#orphans.set(info.name, new Map(info.pods));
    }
    return { kind: "node-deleted", node };
  }

  /** The pod is on `pod.nodeName`, whether the store knows it yet or not. */
  assign(pod: PodFacts): ClusterChange {
    const previous = this.unassign(pod.key);
    this.#assigned.set(pod.key, pod);
    for (const { name } of claimNamesOf(pod)) adjustCount(this.#claimUsers, `${pod.namespace}/${name}`, 1);
    const info = this.#nodes.get(pod.nodeName);
    if (info) this.#put(info, pod);
    else {
      const waiting = this.#orphans.get(pod.nodeName) ?? new Map<string, PodFacts>();
      this.#orphans.set(pod.nodeName, waiting.set(pod.key, pod));
    }
    return previous ? { kind: "assigned-pod", pod, previous } : { kind: "assigned-pod", pod };
  }

  unassign(key: string): PodFacts | undefined {
    const pod = this.#assigned.get(key);
    if (!pod) return undefined;
    this.#assigned.delete(key);
    this.#expected.delete(key);
    for (const { name } of claimNamesOf(pod)) adjustCount(this.#claimUsers, `${pod.namespace}/${name}`, -1);
    const info = this.#nodes.get(pod.nodeName);
    if (info) this.#take(info, pod);
    const waiting = this.#orphans.get(pod.nodeName);
    if (waiting?.delete(key) && waiting.size === 0) this.#orphans.delete(pod.nodeName);
    return pod;
  }

  /** The pod is bound to the node once its volumes or devices are ready there; until then it counts as assigned. */
  expect(expectation: Expectation): void {
    const { pod, node } = expectation;
    this.removeNomination(pod.key);
    this.assign(placedOn(pod, node.name, node.labels));
    this.#expected.set(pod.key, expectation);
  }

  expected(key: string): Expectation | undefined {
    return this.#expected.get(key);
  }

  /** Undoes an expectation; returns what counted as assigned. */
  unexpect(key: string): PodFacts | undefined {
    return this.#expected.has(key) ? this.unassign(key) : undefined;
  }

  setObject(resource: string, object: Stored<KubeObject>): ClusterChange {
    const { namespace = "", name } = object.metadata;
    const namespaces = this.#objects.get(resource) ?? new Map<string, Map<string, Stored<KubeObject>>>();
    this.#objects.set(resource, namespaces);
    const objects = namespaces.get(namespace) ?? new Map<string, Stored<KubeObject>>();
    const previous = objects.get(name);
    namespaces.set(namespace, objects.set(name, object));
    if (resource === "namespaces") this.#podCounts.forget();
    if (resource === DEVICE_CLASSES) this.verdicts.clear();
    return { kind: "object", resource, object, ...(previous && { previous }), deleted: false };
  }

  deleteObject(resource: string, object: Stored<KubeObject>): ClusterChange {
    const { namespace = "", name } = object.metadata;
    const objects = this.#objects.get(resource)?.get(namespace);
    if (objects?.delete(name) && objects.size === 0) this.#objects.get(resource)?.delete(namespace);
    if (resource === DEVICE_CLASSES) this.verdicts.clear();
    return { kind: "object", resource, object, deleted: true };
  }

  #clearDomains(): void {
    this.#domains.clear();
    this.#podCounts.forget();
  }

  #reorder(): void {
    this.#ordered = undefined;
    this.#domains.clear();
    this.verdicts.clear();
  }

  #put(info: NodeInfo, pod: PodFacts): void {
    info.add(pod);
    this.#podCounts.count(pod, info, 1);
    this.#countAffinity(info, pod, 1);
  }

  #take(info: NodeInfo, pod: PodFacts): void {
    info.remove(pod);
    this.#podCounts.count(pod, info, -1);
    this.#countAffinity(info, pod, -1);
  }

  #countNode({ images, node }: NodeInfo, sign: 1 | -1): void {
    for (const name of images.keys()) adjustCount(this.#images, name, sign);
    if (node.spec.taints?.some(discouragesScheduling)) this.nodesToAvoid += sign;
  }

  #countAffinity(info: NodeInfo, pod: PodFacts, sign: 1 | -1): void {
    if (pod.requiredAffinity.length + pod.preferredAffinity.length > 0) adjustCount(this.nodesWithAffinity, info, sign);
    if (pod.requiredAntiAffinity.length > 0) adjustCount(this.nodesWithAntiAffinity, info, sign);
  }
}

/** The most recent pod shapes. */
class Shapes extends Map<string, NodeVerdicts> {
  override set(key: string, verdicts: NodeVerdicts): this {
    const oldest = this.size >= SHAPES ? this.keys().next().value : undefined;
    if (oldest !== undefined) this.delete(oldest);
    return super.set(key, verdicts);
  }
}

function adjustCount<K>(counts: Map<K, number>, key: K, sign: 1 | -1): void {
  const next = (counts.get(key) ?? 0) + sign;
  if (next > 0) counts.set(key, next);
  else counts.delete(key);
}
