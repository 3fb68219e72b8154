/**
 * Allocates each node its piece of the pods' address ranges. One item for all nodes, so that no piece is given twice.
 */
import type { Node } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { defineController, type EventRecord, type PatchEffect, settled } from "../controller.ts";
import { timeOf } from "../time.ts";
import { cidrPieces } from "./cidr-pieces.ts";

const ALL = "nodes";

export const nodeIpamController = defineController({
  name: "node-controller",
  component: "cidrAllocator",
  reads: ["nodes"],
  writes: ["nodes"],
  // A deleted node leaves its piece to one that has none yet.
  itemsOf: ({ object, previous, deleted }) => {
    const { podCIDR } = object.spec;
    return (deleted ? podCIDR : !podCIDR && !previous) ? [ALL] : [];
  },
  reconcile(_item, { snapshot, cluster, now, lastActed }) {
    const nodes = snapshot.list("nodes");
    const without = nodes.filter(({ spec, metadata }) => !spec.podCIDR && !metadata.deletionTimestamp);
    if (without.length === 0) return settled;
    const taken = new Set(nodes.flatMap(({ spec }) => [...(spec.podCIDRs ?? []), spec.podCIDR ?? ""]));
    const free = cluster.podCidrs.map((range) => cidrPieces(range, taken));
    const effects: PatchEffect[] = [];
    const unserved: Stored<Node>[] = [];
    for (const node of without) {
      const podCIDRs = free.flatMap((pieces) => pieces.next().value ?? []);
      const [podCIDR] = podCIDRs;
      if (podCIDR === undefined || podCIDRs.length < free.length) {
        unserved.push(node);
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
    const untold = unserved.filter((node) => isUnreported(node, now, lastActed));
    const reportAt = (lastActed ?? 0) + TOGETHER_MS;
    if (effects.length === 0 && untold.length > 0 && reportAt > now) return { effects, wakeAt: reportAt };
    return { effects: effects.length > 0 ? [{ op: "batch", effects }] : [], events: untold.map(notAvailable) };
  },
});

/** Only reported for new nodes, of many that come at once together, and not with every change of a waiting node. */
const NEW_MS = 10_000;
const TOGETHER_MS = 1000;
/** Times of creation are whole seconds. */
const SECOND_MS = 1000;
const isUnreported = ({ metadata }: Stored<Node>, now: number, lastActed = 0) =>
  (timeOf(metadata.creationTimestamp) ?? 0) > Math.max(now - NEW_MS, lastActed - SECOND_MS);

const notAvailable = (about: Stored<Node>): EventRecord => ({
  about,
  type: "Normal",
  reason: "CIDRNotAvailable",
  message: `Node ${about.metadata.name} status is now: CIDRNotAvailable`,
});
