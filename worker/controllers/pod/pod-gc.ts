/** Removes pods that nothing else will: of nodes that are gone, ended ones beyond the limit, unscheduled ones on their way out. */
import type { Node, Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { type Controller, type Effect, type Plan, type ReconcileContext, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { isNodeReady } from "../node/readiness.ts";
import { isOutOfService } from "../node/taints.ts";
import { disruption } from "./disruption-target.ts";
import { isTerminated } from "./pod-state.ts";

/** Kubernetes' terminated-pod-gc-threshold. */
const TERMINATED_LIMIT = 12_500;
const TERMINATED = "*terminated";
/** Marks items of nodes that pods are bound to and that there are not. */
const MISSING = "*missing ";
/** A node that is missing may just be late, or come back: kubelets make it again when they start. */
const QUARANTINE_MS = 40_000;

interface Memory {
  /** When it was first found missing (ms). */
  readonly since: number;
}

export const podGcController: Controller = {
  name: "pod-garbage-collector",
  component: "pod-garbage-collector-controller",
  reads: ["nodes", "pods"],
  writes: ["pods"],
  remembers: true,
  itemsOf({ resource, object, deleted, snapshot }) {
    if (resource === "nodes") {
      const { name } = object.metadata;
      if (deleted) return [MISSING + name];
      return isSwitchedOff(object as Stored<Node>) ? snapshot.podsOnNode(name).map(itemKey) : [];
    }
    if (deleted) return [];
    const pod = object as Stored<Pod>;
    const { nodeName } = pod.spec;
    const missing = nodeName && !snapshot.get("nodes", "", nodeName) ? [MISSING + nodeName] : [];
    return [itemKey(pod), ...missing, ...(isTerminated(pod) ? [TERMINATED] : [])];
  },
  reconcile(item, context) {
    const { snapshot } = context;
    if (item.startsWith(MISSING)) return planMissing(item.slice(MISSING.length), context);
    if (item === TERMINATED)
      return snapshot.count("pods") > TERMINATED_LIMIT ? planTerminated(snapshot.list<Pod>("pods")) : settled;
    const { namespace, name } = splitItem(item);
    const pod = snapshot.get<Pod>("pods", namespace, name);
    if (!pod) return settled;
    const { nodeName } = pod.spec;
    if (!nodeName) return pod.metadata.deletionTimestamp ? failedAndRemoved(pod) : settled;
    const node = snapshot.get<Node>("nodes", "", nodeName);
    return node ? planOnNode(pod, node) : settled;
  },
};

function planMissing(name: string, { snapshot, now, remembered }: ReconcileContext): Plan {
  const pods = snapshot.podsOnNode<Pod>(name);
  if (pods.length === 0 || snapshot.get("nodes", "", name)) return settled;
  const memory = (remembered as Memory | undefined) ?? { since: now };
  const end = memory.since + QUARANTINE_MS;
  if (end > now) return { effects: [], wakeAt: end, remember: memory };
  const why = { reason: "DeletionByPodGC", message: "PodGC: node no longer exists", phase: "Failed" as const };
  const effects = pods.flatMap((pod) => [...(isTerminated(pod) ? [] : [disruption(pod, why, now)]), removal(pod)]);
  return { effects, remember: memory };
}

function planOnNode(pod: Stored<Pod>, node: Stored<Node>): Plan {
  return pod.metadata.deletionTimestamp && isSwitchedOff(node) ? failedAndRemoved(pod) : settled;
}

/** The taint alone is not enough to give up pods whose node still answers. */
const isSwitchedOff = (node: Stored<Node>): boolean => !isNodeReady(node) && isOutOfService(node);

/** Whoever waits for the pod, as a finalizer of its owner does, sees how it ended. */
function failedAndRemoved(pod: Stored<Pod>): Plan {
  const failed: Effect = {
    op: "patch",
    resource: "pods",
    namespace: pod.metadata.namespace ?? "",
    name: pod.metadata.name,
    subresource: "status",
    type: "application/strategic-merge-patch+json",
    patch: { metadata: { uid: pod.metadata.uid }, status: { phase: "Failed" } },
  };
  return { effects: [...(isTerminated(pod) ? [] : [failed]), removal(pod)] };
}

const removal = (pod: Stored<Pod>): Effect => ({
  op: "delete",
  resource: "pods",
  namespace: pod.metadata.namespace ?? "",
  name: pod.metadata.name,
  uid: pod.metadata.uid,
  gracePeriodSeconds: 0,
});

function planTerminated(pods: readonly Stored<Pod>[]): Plan {
  const ended = pods.filter(isTerminated);
  const age = ({ metadata }: Stored<Pod>) => metadata.creationTimestamp;
  const oldest = ended
    .toSorted((a, b) => (age(a) < age(b) ? -1 : 1))
    .slice(0, Math.max(0, ended.length - TERMINATED_LIMIT));
  return oldest.length > 0 ? { effects: [{ op: "batch", effects: oldest.map(removal) }] } : settled;
}
