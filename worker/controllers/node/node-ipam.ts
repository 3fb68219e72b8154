/** Cuts each node its own piece of the pods' address ranges. One item for all nodes, so that no piece is given twice. */
import type { Node } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { type Controller, type EventRecord, type PatchEffect, settled } from "../controller.ts";
import { timeOf } from "../time.ts";
import { cidrPieces } from "./cidr-pieces.ts";

const ALL = "nodes";

export const nodeIpamController: Controller = {
  name: "node-ipam-controller",
  component: "cidrAllocator",
  reads: ["nodes"],
  writes: ["nodes"],
  // A node that goes leaves its piece to one that has none yet.
  itemsOf: ({ object, deleted }) => (deleted === Boolean((object as Node).spec.podCIDR) ? [ALL] : []),
  reconcile(_item, { snapshot, cluster, now }) {
    const nodes = snapshot.list<Node>("nodes");
    const without = nodes.filter(({ spec, metadata }) => !spec.podCIDR && !metadata.deletionTimestamp);
    if (without.length === 0) return settled;
    const taken = new Set(nodes.flatMap(({ spec }) => [...(spec.podCIDRs ?? []), spec.podCIDR ?? ""]));
    const free = cluster.podCidrs.map((range) => cidrPieces(range, taken));
    const effects: PatchEffect[] = [];
    const events: EventRecord[] = [];
    for (const node of without) {
      const podCIDRs = free.flatMap((pieces) => pieces.next().value ?? []);
      const [podCIDR] = podCIDRs;
      if (podCIDR === undefined || podCIDRs.length < free.length) {
        if (isNew(node, now)) events.push(unserved(node));
        continue;
      }
      effects.push({
        op: "patch",
        resource: "nodes",
        namespace: "",
        name: node.metadata.name,
        type: "application/strategic-merge-patch+json",
        patch: { metadata: { uid: node.metadata.uid }, spec: { podCIDR, podCIDRs } },
      });
    }
    return { effects: effects.length > 0 ? [{ op: "batch", effects }] : [], events };
  },
};

/** It is told of nodes that are new, not with every change of one that waits. */
const NEW_MS = 10_000;
const isNew = ({ metadata }: Stored<Node>, now: number) => (timeOf(metadata.creationTimestamp) ?? 0) + NEW_MS > now;

const unserved = (about: Stored<Node>): EventRecord => ({
  about,
  type: "Normal",
  reason: "CIDRNotAvailable",
  message: `Node ${about.metadata.name} status is now: CIDRNotAvailable`,
});
