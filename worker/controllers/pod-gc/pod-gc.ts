/**
 * Deletes pods that nothing else will: ended ones beyond the limit, and terminating ones without a node or with a node
 * that is off.
 */
import { compareTexts } from "../../../api/compare-texts.ts";
import type { Node, Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { defineController, type Effect, type Plan, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { isNodeReady } from "../node/readiness.ts";
import { isOutOfService } from "../node/taints.ts";
import { isTerminated } from "../pod/pod-state.ts";
import { timeOf } from "../time.ts";

/** Kubernetes' terminated-pod-gc-threshold. */
const TERMINATED_LIMIT = 12_500;
const TERMINATED = "*terminated";
/** Kubernetes looks every 20 s. Until then, whoever holds a pod by a finalizer usually releases it. */
const HELD_MS = 10_000;

export const podGcController = defineController({
  name: "pod-garbage-collector",
  component: "pod-garbage-collector-controller",
  reads: ["nodes", "pods"],
  writes: ["pods"],
  /** Kubernetes looks at all pods that often. */
  pace: { longest: 20_000 },
  itemsOf({ resource, object, deleted, snapshot }) {
    if (resource === "nodes")
      return !deleted && isSwitchedOff(object) ? snapshot.podsOnNode(object.metadata.name).map(itemKey) : [];
    // A deleted one need not be waited for any more.
    if (deleted) return [itemKey(object)];
    return isTerminated(object) ? [itemKey(object), TERMINATED] : [itemKey(object)];
  },
  reconcile(item, { snapshot, now }) {
    if (item === TERMINATED)
      return snapshot.count("pods") > TERMINATED_LIMIT ? planTerminated(snapshot.list("pods")) : settled;
    const { namespace, name } = splitItem(item);
    const pod = snapshot.get("pods", namespace, name);
    if (!pod) return settled;
    const { nodeName } = pod.spec;
    if (!nodeName) return planWithoutNode(pod, now);
    const node = snapshot.get("nodes", "", nodeName);
    return node ? planOnNode(pod, node) : settled;
  },
});

function planWithoutNode(pod: Stored<Pod>, now: number): Plan {
  const deletedAt = timeOf(pod.metadata.deletionTimestamp);
  if (deletedAt === undefined) return settled;
  const end = deletedAt + HELD_MS;
  return end > now ? { effects: [], wakeAt: end } : failedAndRemoved(pod);
}

function planOnNode(pod: Stored<Pod>, node: Stored<Node>): Plan {
  return pod.metadata.deletionTimestamp && isSwitchedOff(node) ? failedAndRemoved(pod) : settled;
}

/** The taint alone is not enough to give up on pods whose node still responds. */
const isSwitchedOff = (node: Stored<Node>): boolean => !isNodeReady(node) && isOutOfService(node);

/** Anyone waiting for the pod, such as its owner with a finalizer, sees how it ended. */
function failedAndRemoved(pod: Stored<Pod>): Plan {
  const { uid, resourceVersion, generation } = pod.metadata;
  const failed: Effect = {
    op: "patch",
    resource: "pods",
    namespace: pod.metadata.namespace ?? "",
    name: pod.metadata.name,
    subresource: "status",
    type: "application/strategic-merge-patch+json",
    patch: {
      // It may have succeeded in the meantime (rule CTL-FAILED).
      metadata: { uid, resourceVersion },
      status: { phase: "Failed", ...(generation === undefined ? {} : { observedGeneration: generation }) },
    },
  };
  return { effects: [...(isTerminated(pod) ? [] : [failed]), removal(pod)] };
}

export const removal = (pod: Stored<Pod>): Effect => ({
  op: "delete",
  resource: "pods",
  namespace: pod.metadata.namespace ?? "",
  name: pod.metadata.name,
  uid: pod.metadata.uid,
  gracePeriodSeconds: 0,
});

/** Evicted pods first: there may be many of them, and the others are the results of their owners. */
function planTerminated(pods: readonly Stored<Pod>[]): Plan {
  const ended = pods.filter(isTerminated);
  const surplus = ended.length - TERMINATED_LIMIT;
  if (surplus <= 0) return settled;
  const first = ended.toSorted(
    (a, b) =>
      Number(isEvicted(b)) - Number(isEvicted(a)) ||
      compareTexts(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
      compareTexts(a.metadata.name, b.metadata.name),
  );
  return { effects: [{ op: "batch", effects: first.slice(0, surplus).map(removal) }] };
}

const isEvicted = ({ status }: Pod): boolean => status.phase === "Failed" && status.reason === "Evicted";
