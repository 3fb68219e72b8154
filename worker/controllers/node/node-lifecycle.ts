/**
 * Sets the conditions of silent nodes to Unknown, taints nodes by their conditions, and maintains the deprecated os and
 * arch labels.
 */
import type { Node } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { type Batch, defineController, type Effect, type ReconcileContext, settled } from "../controller.ts";
import { itemKey } from "../item-key.ts";
import { same } from "../same.ts";
import { timeOf } from "../time.ts";
import { planLoss } from "./lost-node.ts";
import { evictingTaint, taintsOf } from "./taints.ts";

/** Kubernetes' node-monitor-grace-period. */
const GRACE_MS = 50_000;
/** Its node-monitor-period: a silence that is noticed later than this after its end was missed in an outage. */
const MONITOR_MS = 5000;
/** Its node-startup-grace-period, for nodes that have not reported yet. */
const STARTUP_GRACE_MS = 60_000;

interface Memory {
  /** Nodes could not renew their leases while the control plane was out: their grace begins anew (ms). */
  readonly backSince?: number;
  /** The node's clock was ahead: the times that it told last, and when they were first seen (ms). */
  readonly ahead?: { readonly times: string; readonly toldAt: number };
}

const LEASES = "leases.coordination.k8s.io";
const NODE_LEASES = "kube-node-lease";
const OLD_LABELS = [
  ["kubernetes.io/os", "beta.kubernetes.io/os"],
  ["kubernetes.io/arch", "beta.kubernetes.io/arch"],
] as const;

export const nodeLifecycleController = defineController({
  name: "node-controller",
  reads: ["nodes", "pods", LEASES],
  writes: ["nodes", "pods"],
  pace: { longest: MONITOR_MS },
  remembers: true,
  itemsOf: ({ resource, object }) => (resource === "nodes" ? [itemKey(object)] : []),
  reconcile(name, context) {
    const node = context.snapshot.get("nodes", "", name);
    if (!node) return settled;
    const { now, failure } = context;
    const remembered = rememberedOf(node, context);
    const silentAt = silenceOf(node, remembered, context);
    if (silentAt === undefined) return { effects: taintAndLabelPatch(node, context) };
    if (silentAt > now) return { effects: taintAndLabelPatch(node, context), wakeAt: silentAt, remember: remembered };
    // An attempt that failed may have taken long: there was no outage then.
    if (failure !== undefined || silentAt > now - MONITOR_MS)
      return { effects: silentPatches(node, context), remember: remembered };
    const remember: Memory = { ...remembered, backSince: now };
    return { effects: taintAndLabelPatch(node, context), wakeAt: now + graceOf(node), remember };
  },
});

/** The node with the taints required by its conditions, and the labels. Whether it evicts is decided elsewhere. */
function taintAndLabelPatch(node: Stored<Node>, { now }: ReconcileContext): Effect[] {
  const taints = taintsOf(node, { now, evicting: evictingTaint(node) !== undefined });
  const labels = withOldLabels(node);
  if (same(taints, node.spec.taints ?? []) && same(labels, node.metadata.labels)) return [];
  return [
    {
      op: "patch",
      resource: "nodes",
      namespace: "",
      name: node.metadata.name,
      type: "application/merge-patch+json",
      // The list of taints is written whole, so it must not have changed in between.
      patch: {
        metadata: { resourceVersion: node.metadata.resourceVersion, ...(labels ? { labels } : {}) },
        spec: { taints: taints.length > 0 ? taints : null },
      },
    },
  ];
}

function withOldLabels({ metadata }: Node): Readonly<Record<string, string>> | undefined {
  const labels = { ...metadata.labels };
  for (const [key, old] of OLD_LABELS) if (labels[key] !== undefined) labels[old] = labels[key];
  return metadata.labels && labels;
}

/** When the node last reported, and when it renewed its lease (ms), by its own clock. */
function timesTold({ metadata, status }: Stored<Node>, { snapshot }: ReconcileContext): readonly number[] {
  const ready = readyCondition({ status });
  // A node without one of our links, such as a kubelet's, renews its lease as with kube-apiserver.
  const lease = snapshot.get(LEASES, NODE_LEASES, metadata.name);
  const reported = timeOf(ready?.lastHeartbeatTime) ?? timeOf(ready?.lastTransitionTime);
  return [reported, timeOf(lease?.spec.renewTime)].filter((time) => time !== undefined);
}

function rememberedOf(node: Stored<Node>, context: ReconcileContext): Memory | undefined {
  const { ahead: before, ...rest } = (context.remembered ?? {}) as Memory;
  const told = timesTold(node, context);
  const times = told.join();
  if (before?.times === times) return { ...rest, ahead: before };
  if (told.some((time) => time > context.now + MONITOR_MS)) return { ...rest, ahead: { times, toldAt: context.now } };
  return rest.backSince === undefined ? undefined : rest;
}

/** When the node becomes silent (ms); undefined: it is connected, or known to be silent. */
function silenceOf(
  node: Stored<Node>,
  { backSince = 0, ahead }: Memory = {},
  context: ReconcileContext,
): number | undefined {
  const ready = readyCondition(node);
  if (ready?.status === "Unknown") return undefined;
  const seen = context.lastSeen(node.metadata.name) ?? 0;
  if (!Number.isFinite(seen)) return undefined;
  const made = timeOf(node.metadata.creationTimestamp) ?? 0;
  const told = ahead ? [ahead.toldAt] : timesTold(node, context);
  return Math.max(seen, made, backSince, ...told) + graceOf(node);
}

const readyCondition = ({ status }: Pick<Node, "status">) => status.conditions?.find(({ type }) => type === "Ready");

const graceOf = (node: Node): number => (readyCondition(node) ? GRACE_MS : STARTUP_GRACE_MS);

/**
 * The pods come first, because a node that is Unknown is left alone; but it does not wait for pods that cannot be
 * marked, which may need its taints to get away from it.
 */
function silentPatches(node: Stored<Node>, { snapshot, now, failure }: ReconcileContext) {
  const { pods, node: marked } = planLoss(node, snapshot.podsOnNode(node.metadata.name), now);
  const effects: (Effect | Batch)[] = [{ op: "batch", effects: pods }, ...(marked ? [marked] : [])];
  return failure === undefined || failure.reason === "Conflict" ? effects : effects.toReversed();
}
