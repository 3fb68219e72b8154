/** Tells kubelets how long they may keep secrets and config maps: the longer, the larger the cluster. */
import type { Node } from "../../../api/generated/core.v1.ts";
import { type Controller, settled } from "../controller.ts";
import { itemKey } from "../item-key.ts";

const TTL = "node.alpha.kubernetes.io/ttl";
/** The steps overlap, so that a cluster at a boundary does not go back and forth. */
const STEPS: readonly (readonly [least: number, most: number, seconds: number])[] = [
  [0, 100, 0],
  [90, 500, 15],
  [450, 1000, 30],
  [900, 2000, 60],
  [1800, Number.POSITIVE_INFINITY, 300],
];

export const nodeTtlController: Controller = {
  name: "ttl-controller",
  reads: ["nodes"],
  writes: ["nodes"],
  itemsOf: ({ object, deleted }) => (deleted ? [] : [itemKey(object)]),
  reconcile(name, { snapshot }) {
    const node = snapshot.get<Node>("nodes", "", name);
    if (!node) return settled;
    const size = snapshot.count("nodes");
    const current = node.metadata.annotations?.[TTL];
    const fitting = STEPS.filter(([least, most]) => size >= least && size <= most).map(([, , seconds]) =>
      String(seconds),
    );
    if (current !== undefined && fitting.includes(current)) return settled;
    const patch = { metadata: { uid: node.metadata.uid, annotations: { [TTL]: fitting[0] ?? "0" } } };
    return {
      effects: [
        { op: "patch", resource: "nodes", namespace: "", name, type: "application/strategic-merge-patch+json", patch },
      ],
    };
  },
};
