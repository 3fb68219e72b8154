/** Cuts each node its own piece of the pods' address range. One item for all nodes, so that no piece is given twice. */
import type { Node } from "../../../api/generated/core.v1.ts";
import { type Controller, type PatchEffect, settled } from "../controller.ts";

const ALL = "nodes";
const NODE_BITS = 24;

export const nodeIpamController: Controller = {
  name: "node-ipam-controller",
  component: "cidrAllocator",
  reads: ["nodes"],
  writes: ["nodes"],
  itemsOf: ({ object, deleted }) => (deleted || (object as Node).spec.podCIDR ? [] : [ALL]),
  reconcile(_item, { snapshot, cluster }) {
    const nodes = snapshot.list<Node>("nodes");
    const without = nodes.filter(({ spec, metadata }) => !spec.podCIDR && !metadata.deletionTimestamp);
    if (without.length === 0) return settled;
    const taken = new Set(nodes.map(({ spec }) => spec.podCIDR));
    const free = piecesOf(cluster.podCidr, taken);
    const effects: PatchEffect[] = [];
    for (const node of without) {
      const { value: podCIDR } = free.next();
      if (podCIDR === undefined) break;
      effects.push({
        op: "patch",
        resource: "nodes",
        namespace: "",
        name: node.metadata.name,
        type: "application/strategic-merge-patch+json",
        patch: { metadata: { uid: node.metadata.uid }, spec: { podCIDR, podCIDRs: [podCIDR] } },
      });
    }
    return effects.length > 0 ? { effects: [{ op: "batch", effects }] } : settled;
  },
};

function* piecesOf(range: string, taken: ReadonlySet<string | undefined>): Generator<string, undefined> {
  const [base = "", bits = "16"] = range.split("/");
  const [a = 0, b = 0, c = 0] = base.split(".").map(Number);
  const first = a * 65536 + b * 256 + c;
  for (let piece = 0; piece < 2 ** Math.max(0, NODE_BITS - Number(bits)); piece++) {
    const number = first + piece;
    const cidr = `${number >> 16}.${(number >> 8) & 255}.${number & 255}.0/${NODE_BITS}`;
    if (!taken.has(cidr)) yield cidr;
  }
  return undefined;
}
