/** What changed about a node, by kube-scheduler's kinds of node events. */
import { deepEqual } from "../../../api/machinery/json/deep-equal.ts";
import type { ClusterChange } from "./cluster-change.ts";

export type NodeChange = Extract<ClusterChange, { kind: "node" }>;

export const changesLabels = ({ node, previous }: NodeChange): boolean =>
  previous !== undefined && !deepEqual(node.metadata.labels, previous.metadata.labels);

export const changesAllocatable = ({ node, previous }: NodeChange): boolean =>
  previous !== undefined && !deepEqual(node.status.allocatable, previous.status.allocatable);

/** A node that is no longer cordoned has lost a taint, even if that is seen later. */
export const changesTaints = ({ node, previous }: NodeChange): boolean =>
  previous !== undefined &&
  (!deepEqual(node.spec.taints, previous.spec.taints) ||
    (previous.spec.unschedulable === true && !node.spec.unschedulable));
