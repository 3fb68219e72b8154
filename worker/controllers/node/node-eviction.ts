/** Lets lost nodes evict their pods, zone by zone and one node at a time, as kube-controller-manager's node lifecycle does. */
import type { Node } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { type Controller, type Effect, settled } from "../controller.ts";
import { same } from "../same.ts";
import { earliest, timeOf, waking } from "../time.ts";
import { evictingTaint, NOT_READY, taintsOf, UNREACHABLE } from "./taints.ts";
import { evictionsOf, zoneOf } from "./zones.ts";

const CLUSTER = "cluster";

const readiness = (node: KubeObject | undefined) =>
  (node as Stored<Node> | undefined)?.status.conditions?.find(({ type }) => type === "Ready")?.status;

/** One item for all nodes: whether one may evict depends on how many others are lost, and when the last one did. */
export const nodeEvictionController: Controller = {
  name: "node-controller",
  reads: ["nodes"],
  writes: ["nodes"],
  itemsOf({ object, previous, deleted }) {
    const isNews =
      deleted ||
      readiness(previous) !== readiness(object) ||
      (readiness(object) !== "True" && retainted(object, previous));
    return isNews ? [CLUSTER] : [];
  },
  reconcile(_item, { snapshot, now }) {
    const lost = snapshot.list<Node>("nodes").filter((node) => readiness(node) !== "True" && isMarked(node));
    if (lost.length === 0) return settled;
    const { isOutage, everyMs } = evictionsOf(snapshot.list<Node>("nodes"));
    const evicting = lost.filter(evictingTaint);
    // It is the control plane that is cut off: nobody is evicted for that.
    if (isOutage) return { effects: batched(evicting.map((node) => tainted(node, { now, evicting: false }))) };
    const effects: Effect[] = [];
    let next: number | undefined;
    for (const [zone, waiting] of byZone(lost.filter((node) => !evictingTaint(node)))) {
      const every = everyMs.get(zone);
      const [first] = waiting;
      if (every === undefined || !first) continue;
      const due = lastEviction(zone, evicting) + every;
      if (due > now) next = earliest(next, due);
      else {
        effects.push(tainted(first, { now, evicting: true }));
        if (waiting.length > 1) next = earliest(next, now + every);
      }
    }
    return { effects: batched(effects), ...waking(next) };
  },
};

const batched = (effects: readonly Effect[]) => (effects.length > 0 ? [{ op: "batch" as const, effects }] : []);

const retainted = (object: KubeObject, previous: KubeObject | undefined): boolean =>
  !same((object as Stored<Node>).spec.taints, (previous as Stored<Node> | undefined)?.spec.taints);

/** Its own item has seen that it is lost; until then it is left to that. */
const isMarked = ({ spec }: Node) => spec.taints?.some(({ key }) => key === NOT_READY || key === UNREACHABLE);

const tainted = (node: Stored<Node>, options: { now: number; evicting: boolean }): Effect => ({
  op: "patch",
  resource: "nodes",
  namespace: "",
  name: node.metadata.name,
  type: "application/merge-patch+json",
  patch: { metadata: { resourceVersion: node.metadata.resourceVersion }, spec: { taints: taintsOf(node, options) } },
});

/** Those that have been lost for longest come first. */
function byZone(nodes: readonly Stored<Node>[]): ReadonlyMap<string, readonly Stored<Node>[]> {
  const since = ({ status }: Node) => status.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime ?? "";
  const order = (a: Stored<Node>, b: Stored<Node>) =>
    since(a) === since(b) ? (a.metadata.name < b.metadata.name ? -1 : 1) : since(a) < since(b) ? -1 : 1;
  return Map.groupBy(nodes.toSorted(order), zoneOf);
}

const lastEviction = (zone: string, evicting: readonly Stored<Node>[]): number =>
  Math.max(
    Number.NEGATIVE_INFINITY,
    ...evicting.filter((node) => zoneOf(node) === zone).map((node) => timeOf(evictingTaint(node)?.timeAdded) ?? 0),
  );
