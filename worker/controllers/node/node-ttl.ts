/** Tells kubelets how long they may cache secrets and config maps: the larger the cluster, the longer. */
import type { Node } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { defineController, type Effect, settled } from "../controller.ts";
import { itemKey } from "../item-key.ts";

const TTL = "node.alpha.kubernetes.io/ttl";
/** The steps overlap, so that a cluster at a boundary does not flap. */
const STEPS: readonly (readonly [least: number, most: number, seconds: number])[] = [
  [0, 100, 0],
  [90, 500, 15],
  [450, 1000, 30],
  [900, 2000, 60],
  [1800, Number.POSITIVE_INFINITY, 300],
];

/** Marks the item for all nodes, used when their number changes. */
const ALL = "*all";

export const nodeTtlController = defineController({
  name: "ttl-controller",
  reads: ["nodes"],
  writes: ["nodes"],
  itemsOf: ({ object, previous, deleted }) => (deleted || !previous ? [ALL] : [itemKey(object)]),
  reconcile(item, { snapshot }) {
    const fitting = stepsOf(snapshot.count("nodes"));
    if (item === ALL) {
      const effects = snapshot.list("nodes").flatMap((node) => ttlPatches(node, fitting));
      return effects.length > 0 ? { effects: [{ op: "batch", effects }] } : settled;
    }
    const node = snapshot.get("nodes", "", item);
    return node ? { effects: ttlPatches(node, fitting) } : settled;
  },
});

const stepsOf = (size: number): readonly string[] =>
  STEPS.filter(([least, most]) => size >= least && size <= most).map(([, , seconds]) => String(seconds));

function ttlPatches({ metadata }: Stored<Node>, fitting: readonly string[]): Effect[] {
  const current = metadata.annotations?.[TTL];
  if (current !== undefined && fitting.includes(current)) return [];
  const patch = { metadata: { uid: metadata.uid, annotations: { [TTL]: fitting[0] ?? "0" } } };
  const { name } = metadata;
  return [
    { op: "patch", resource: "nodes", namespace: "", name, type: "application/strategic-merge-patch+json", patch },
  ];
}
