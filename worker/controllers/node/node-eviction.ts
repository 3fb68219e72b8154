/**
 * Lets lost nodes evict their pods, zone by zone and one node at a time, as kube-controller-manager's node lifecycle
 * does.
 */
import type { Node } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { defineController, type Effect, settled } from "../controller.ts";
import { same } from "../same.ts";
import { earliest, earliestWake, timeOf } from "../time.ts";
import { readiness } from "./readiness.ts";
import { evictingTaint, NOT_READY, taintsOf, UNREACHABLE } from "./taints.ts";
import { evictionsOf, zoneOf } from "./zones.ts";

const CLUSTER = "cluster";

/** One item for all nodes: whether one may evict depends on how many others are lost, and when the last one did. */
export const nodeEvictionController = defineController({
  name: "node-controller",
  reads: ["nodes"],
  writes: ["nodes"],
  /** Its --node-monitor-period. */
  pace: { longest: 5000 },
  itemsOf({ object, previous, deleted }) {
    const isNews =
      deleted ||
      readiness(previous) !== readiness(object) ||
      (readiness(object) !== "True" && hasOtherTaints(object, previous));
    return isNews ? [CLUSTER] : [];
  },
  reconcile(_item, { snapshot, now }) {
    const nodes = snapshot.list("nodes");
    const zones = lostByZone(nodes);
    if (zones.size === 0) return settled;
    const { isOutage, everyMs } = evictionsOf(nodes);
    // The control plane itself is cut off: no reason to evict anybody.
    if (isOutage) {
      const evicting = [...zones.values()].flatMap((zone) => zone.evicting);
      return { effects: batched(evicting.map((node) => taintPatch(node, { now, evicting: false }))) };
    }
    const effects: Effect[] = [];
    let next: number | undefined;
    for (const [name, { waiting, first, evicting }] of zones) {
      const every = everyMs.get(name);
      if (every === undefined || !first) continue;
      const due = lastEviction(evicting) + every;
      if (due > now) next = earliest(next, due);
      else {
        effects.push(taintPatch(first, { now, evicting: true }));
        if (waiting > 1) next = earliest(next, now + every);
      }
    }
    return { effects: batched(effects), ...earliestWake(next) };
  },
});

interface LostNodes {
  readonly evicting: Stored<Node>[];
  waiting: number;
  /** Of the waiting nodes, the one that has been lost for longest. */
  first: Stored<Node> | undefined;
}

/** Visits each node once: there may be thousands, and while they are lost one by one, this runs as often. */
function lostByZone(nodes: readonly Stored<Node>[]): ReadonlyMap<string, LostNodes> {
  const zones = new Map<string, LostNodes>();
  for (const node of nodes) {
    if (readiness(node) === "True" || !isMarked(node)) continue;
    const name = zoneOf(node);
    const zone = zones.get(name) ?? { evicting: [], waiting: 0, first: undefined };
    zones.set(name, zone);
    if (evictingTaint(node)) zone.evicting.push(node);
    else {
      zone.waiting++;
      if (!zone.first || isLostLonger(node, zone.first)) zone.first = node;
    }
  }
  return zones;
}

const batched = (effects: readonly Effect[]) => (effects.length > 0 ? [{ op: "batch" as const, effects }] : []);

const hasOtherTaints = (object: Node, previous: Node | undefined): boolean =>
  !same(object.spec.taints, previous?.spec.taints);

/** The node's own item has noticed that it is lost; before that, it is left to that item. */
const isMarked = ({ spec }: Node) => spec.taints?.some(({ key }) => key === NOT_READY || key === UNREACHABLE);

const taintPatch = (node: Stored<Node>, options: { now: number; evicting: boolean }): Effect => ({
  op: "patch",
  resource: "nodes",
  namespace: "",
  name: node.metadata.name,
  type: "application/merge-patch+json",
  patch: { metadata: { resourceVersion: node.metadata.resourceVersion }, spec: { taints: taintsOf(node, options) } },
});

const lostSince = ({ status }: Node) =>
  status.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime ?? "";

function isLostLonger(node: Stored<Node>, other: Stored<Node>): boolean {
  const [since, otherSince] = [lostSince(node), lostSince(other)];
  return since === otherSince ? node.metadata.name < other.metadata.name : since < otherSince;
}

const lastEviction = (evicting: readonly Node[]): number =>
  Math.max(Number.NEGATIVE_INFINITY, ...evicting.map((node) => timeOf(evictingTaint(node)?.timeAdded) ?? 0));
