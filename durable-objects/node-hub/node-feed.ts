/**
 * What a node is sent: its pods, what they refer to, its own Node, and what its service proxy and DNS need of the
 * cluster. Reads the store; keeps nothing.
 */
import type { Pod } from "../../api/generated/core.v1.ts";
import { readObject, withoutRevision } from "../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { type NodeChange, podReferences } from "../../api/node/node-sync.ts";
import { asRevision } from "../../api/store/revision.ts";
import type { Change, Entry, GroupResource, Key, Revision, Store } from "../../api/store/store.ts";
import { listWhole } from "../../api/store/whole-list.ts";
import { peerNodeText } from "./peer-node.ts";
import { peerChangeOf, peerNamespaceOf, peerPodOf } from "./peer-pod.ts";
import { type ChangeText, changeText, syncText } from "./sync-text.ts";

/** Sent to every node, unfiltered. */
const POLICIES = "networkpolicies.networking.k8s.io";
const UNFILTERED = ["services", "endpointslices.discovery.k8s.io", "servicecidrs.networking.k8s.io", POLICIES] as const;
export const FOLLOWED = [
  "pods",
  "configmaps",
  "secrets",
  "persistentvolumeclaims",
  "nodes",
  "namespaces",
  ...UNFILTERED,
] as const;
/** Resources that pods refer to. */
export const REFERENCED: ReadonlySet<GroupResource> = new Set(["configmaps", "secrets", "persistentvolumeclaims"]);
const NODE_FIELD = "spec.nodeName";

const keyText = ({ resource, namespace, name }: Key): string => `${resource} ${namespace} ${name}`;
const parseKey = (text: string): Key => {
  const [resource = "", namespace = "", name = ""] = text.split(" ");
  return { resource, namespace, name };
};
const objectOf = ({ text }: { readonly text: string }): KubeObject => readObject(text);

/** What the pods of a node refer to, by key text. */
export type References = Map<string, Set<string>>;

export interface Snapshot {
  /** A NodeSync's JSON. */
  readonly sync: string;
  readonly revision: Revision;
  readonly references: References;
  /** NetworkPolicies exist, so the node is sent the pods that they select (rule LINK-PEERS). */
  readonly policed: boolean;
}

const added = ({ key, text }: Entry): ChangeText => changeText("ADDED", key.resource, text);
const peerText = ({ type, resource, object }: NodeChange): ChangeText =>
  changeText(type, resource, JSON.stringify(object));

function expectRead<T extends { readonly ok: boolean }>(result: T): Extract<T, { readonly ok: true }> {
  if (!result.ok) throw new Error("the store cannot answer what a node must know");
  return result as Extract<T, { readonly ok: true }>;
}

export async function readObjects(store: Store, keys: Iterable<string>): Promise<ChangeText[]> {
  const wanted = [...keys].map(parseKey);
  if (wanted.length === 0) return [];
  const { entries } = expectRead(await store.readMany({ keys: wanted }));
  return entries.flatMap((entry) => (entry === undefined ? [] : [added(entry)]));
}

/** Everything a node must know, at one revision or later. */
export async function snapshotFor(store: Store, node: string): Promise<Snapshot> {
  const pods = expectRead(
    await listWhole(store, {
      resource: "pods",
      requirements: [{ of: "field", key: NODE_FIELD, operator: "in", values: [node] }],
    }),
  );
  const references: References = new Map(
    pods.items.map((entry) => [keyText(entry.key), new Set(podReferences(objectOf(entry) as Pod))]),
  );
  const named = new Set([...references.values()].flatMap((keys) => [...keys]));
  const shared = await Promise.all(
    UNFILTERED.map(async (resource) => expectRead(await listWhole(store, { resource })).items),
  );
  const nodes = expectRead(await listWhole(store, { resource: "nodes" }));
  const others = await readObjects(store, named);
  const policed = shared.flat().some(({ key }) => key.resource === POLICIES);
  return {
    // Later reads may be newer than the first: changes in between are sent again, and dropped by their revision.
    sync: syncText(pods.revision, "everything", [
      ...pods.items.map(added),
      ...shared.flat().map(added),
      ...nodes.items.map((entry) =>
        entry.key.name === node ? added(entry) : changeText("ADDED", "nodes", peerNodeText(entry.text)),
      ),
      ...others,
      ...(policed ? await readPeers(store) : []),
    ]),
    revision: pods.revision,
    references,
    policed,
  };
}

async function readPeers(store: Store): Promise<ChangeText[]> {
  const pods = expectRead(await listWhole(store, { resource: "pods" }));
  const namespaces = expectRead(await listWhole(store, { resource: "namespaces" }));
  return [...namespaces.items.map(peerNamespaceOf), ...pods.items.map(peerPodOf)].map(peerText);
}

/** What the pods of these nodes refer to, by node. */
export async function referencesOf(store: Store, nodes: ReadonlySet<string>): Promise<ReadonlyMap<string, References>> {
  const found = new Map<string, References>();
  let after: { readonly namespace: string; readonly name: string } | undefined;
  do {
    const page = expectRead(await store.list({ resource: "pods", limit: 500, ...(after && { after }) }));
    for (const entry of page.items) {
      const node = entry.attributes.fields[NODE_FIELD] ?? "";
      if (!nodes.has(node)) continue;
      const references = found.get(node) ?? new Map<string, Set<string>>();
      found.set(node, references.set(keyText(entry.key), new Set(podReferences(objectOf(entry) as Pod))));
    }
    after = page.more ? page.last : undefined;
  } while (after);
  return found;
}

/** Everything since a revision, or all of it where the log no longer reaches back that far. */
export async function syncFor(store: Store, node: string, since: number): Promise<Snapshot["sync"]> {
  if (since > 0) {
    const tail = await store.after({ revision: asRevision(since), resources: [...FOLLOWED], limit: 1 });
    if (tail.ok && tail.changes.length === 0) return syncText(tail.revision, "what is new", []);
  }
  return (await snapshotFor(store, node)).sync;
}

/** Only these are added to a pod that is there, and may name what nothing else in it does. */
const hasEphemeralContainers = ({ text }: Change): boolean => text.includes('"ephemeralContainers":[');

/**
 * What a node is sent of a change. Records what its pods refer to, and returns the keys that it must now be sent as
 * well.
 */
export function trackChange(
  change: Change,
  node: string,
  references: References,
): { own: boolean; need: readonly string[] } {
  const { key, attributes, previous, type } = change;
  switch (key.resource) {
    case "pods": {
      if (attributes.fields[NODE_FIELD] !== node) return { own: false, need: [] };
      const pod = keyText(key);
      if (type === "DELETED") {
        references.delete(pod);
        return { own: true, need: [] };
      }
      const known = previous?.fields[NODE_FIELD] === node ? references.get(pod) : undefined;
      if (known && !hasEphemeralContainers(change)) return { own: true, need: [] };
      const named = new Set(podReferences(objectOf(change) as Pod));
      references.set(pod, named);
      return { own: true, need: [...named].filter((key) => !known?.has(key)) };
    }
    case "configmaps":
    case "secrets":
    case "persistentvolumeclaims": {
      const text = keyText(key);
      return { own: [...references.values()].some((keys) => keys.has(text)), need: [] };
    }
    default:
      return { own: key.resource === "nodes" || UNFILTERED.some((resource) => resource === key.resource), need: [] };
  }
}

export interface NodeUpdate {
  readonly changes: ChangeText[];
  /** Keys of what new pods refer to. */
  readonly need: Set<string>;
  /** The first NetworkPolicy appeared: the node needs all peers, and so a new snapshot. */
  needsSnapshot: boolean;
}

/** What a node has been sent. */
export interface SentState {
  /** What its pods refer to. */
  readonly references: References;
  /** The revision up to which it has been sent everything. */
  readonly revision: number;
  readonly policed: boolean;
}

/**
 * What each node is sent of these log entries; nodes that are sent nothing are left out. Records what their pods refer
 * to. Without NetworkPolicies, the cost of a pod's change does not depend on the number of nodes. `peers` remembers
 * each Node as the others know it, since most changes of a Node concern nobody else.
 */
export function updatesOf(
  changes: readonly Change[],
  sent: ReadonlyMap<string, SentState>,
  peers: Map<string, string>,
): ReadonlyMap<string, NodeUpdate> {
  const updates = new Map<string, NodeUpdate>();
  const of = (node: string): NodeUpdate => {
    const update = updates.get(node) ?? { changes: [], need: new Set(), needsSnapshot: false };
    updates.set(node, update);
    return update;
  };
  const policed = [...sent].filter(([, known]) => known.policed);
  for (const change of changes) {
    const { key, type, text, revision } = change;
    const peer = policed.length === 0 ? undefined : peerChangeOf(change);
    if (peer !== undefined) {
      const changed = peerText(peer);
      for (const [node, known] of policed) if (revision > known.revision) of(node).changes.push(changed);
    }
    const whole = changeText(type, key.resource, text);
    const toOthers = key.resource === "nodes" ? changeForOthers(change, peers) : whole;
    for (const node of key.resource === "pods" ? [change.attributes.fields[NODE_FIELD] ?? ""] : sent.keys()) {
      const known = sent.get(node);
      if (known === undefined || revision <= known.revision) continue;
      const { own, need } = trackChange(change, node, known.references);
      const changed = key.resource === "nodes" && key.name === node ? whole : toOthers;
      if (!own || changed === undefined) continue;
      const update = of(node);
      update.changes.push(changed);
      for (const each of need) update.need.add(each);
      if (key.resource === POLICIES && !known.policed) update.needsSnapshot = true;
    }
  }
  return updates;
}

/** Other nodes are sent only how to reach a Node's pods, and only when that changes. */
function changeForOthers({ key, type, text }: Change, peers: Map<string, string>): ChangeText | undefined {
  const peer = peerNodeText(text);
  const unrevised = withoutRevision(peer);
  if (type === "DELETED") peers.delete(key.name);
  else if (peers.get(key.name) === unrevised) return undefined;
  else peers.set(key.name, unrevised);
  return changeText(type, "nodes", peer);
}
