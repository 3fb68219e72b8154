/**
 * Deletes pods that do not tolerate their node's NoExecute taints; those that tolerate them for a limited time, when
 * that is over.
 */
import type { Node, Pod, Taint } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { tolerates } from "../../../api/machinery/selectors/tolerations.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { defineController, type EventRecord, type Plan, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { disruption } from "../pod/disruption-target.ts";
import { podCondition } from "../pod/pod-state.ts";
import { timeOf } from "../time.ts";

export const taintEvictionController = defineController({
  name: "node-controller",
  component: "taint-eviction-controller",
  reads: ["nodes", "pods"],
  writes: ["nodes", "pods"],
  itemsOf({ resource, object, previous, deleted, snapshot }) {
    if (resource === "pods") return deleted ? [] : [itemKey(object)];
    const [taints, taintsBefore] = [noExecute(object), noExecute(previous)];
    if (deleted || (taints.length === 0 && taintsBefore.length === 0)) return [];
    return snapshot.podsOnNode(object.metadata.name).flatMap((pod) => {
      const isSpared = toleranceOf(pod, taintsBefore) === "limited" && toleranceOf(pod, taints) !== "limited";
      return [...(isSpared ? [CANCELLED + itemKey(pod)] : []), ...(taints.length > 0 ? [itemKey(pod)] : [])];
    });
  },
  reconcile(item, { snapshot, now, failure }) {
    const spared = item.startsWith(CANCELLED);
    const { namespace, name } = splitItem(spared ? item.slice(CANCELLED.length) : item);
    const pod = snapshot.get("pods", namespace, name);
    // Terminating and ended pods are marked all the same.
    if (!pod?.spec.nodeName || (pod.metadata.deletionTimestamp && isMarked(pod))) return settled;
    const node = snapshot.get("nodes", "", pod.spec.nodeName);
    if (spared) return { effects: [], events: [evictionEvent(pod, "Cancelling deletion of Pod")] };
    const taints = noExecute(node);
    const end = evictionTime(pod, taints, now);
    if (end === undefined) return settled;
    // The time counts from when a taint was added, which need not be recorded.
    if (end > now && taints.some(({ timeAdded }) => !timeAdded)) return planTimeAdded(node, now);
    if (end > now) return { effects: [], wakeAt: end };
    const message = "Taint manager: deleting due to NoExecute taint";
    return {
      effects: [
        disruption(pod, { reason: "DeletionByTaintManager", message }, now),
        { op: "delete", resource: "pods", namespace, name, uid: pod.metadata.uid },
      ],
      events: failure ? [] : [evictionEvent(pod, "Marking for deletion Pod")],
    };
  },
});

const isMarked = (pod: Stored<Pod>) => podCondition(pod, "DisruptionTarget")?.status === "True";

/** Marks items of pods whose limited toleration has changed. */
const CANCELLED = "spared ";

const evictionEvent = (about: Stored<Pod>, what: string): EventRecord => ({
  about,
  type: "Normal",
  reason: "TaintManagerEviction",
  message: `${what} ${about.metadata.namespace}/${about.metadata.name}`,
});

function planTimeAdded(node: Stored<Node> | undefined, now: number): Plan {
  if (!node) return settled;
  const taints = (node.spec.taints ?? []).map((taint) =>
    taint.effect === "NoExecute" && !taint.timeAdded ? { ...taint, timeAdded: timestamp(now) } : taint,
  );
  const { name, resourceVersion } = node.metadata;
  return {
    effects: [
      {
        op: "patch",
        resource: "nodes",
        namespace: "",
        name,
        type: "application/merge-patch+json",
        patch: { metadata: { resourceVersion }, spec: { taints } },
      },
    ],
  };
}

const noExecute = (node: Node | undefined): readonly Taint[] =>
  (node?.spec.taints ?? []).filter(({ effect }) => effect === "NoExecute");

/** The first matching toleration counts, as in Kubernetes, even if a later one is shorter. */
const firstFitting = ({ spec }: Pod, taint: Taint) => spec.tolerations?.find((each) => tolerates(each, taint));

/** Whether the pod tolerates the taints: not at all, for a time, or forever. */
function toleranceOf(pod: Pod, taints: readonly Taint[]): "refused" | "limited" | "free" {
  const fitting = taints.map((taint) => firstFitting(pod, taint));
  if (fitting.some((toleration) => toleration === undefined)) return "refused";
  return fitting.some((toleration) => toleration?.tolerationSeconds !== undefined) ? "limited" : "free";
}

/** For a pod that came after the taint, the time counts from then. One that names its node has not been scheduled. */
const boundAt = (pod: Stored<Pod>): number =>
  Math.max(
    timeOf(podCondition(pod, "PodScheduled")?.lastTransitionTime) ?? 0,
    timeOf(pod.metadata.creationTimestamp) ?? 0,
  );

/** When the pod must go (ms): now if a taint is not tolerated, never (undefined) if all are tolerated without limit. */
function evictionTime(pod: Stored<Pod>, taints: readonly Taint[], now: number): number | undefined {
  let earliest: number | undefined;
  for (const taint of taints) {
    const toleration = firstFitting(pod, taint);
    if (!toleration) return now;
    if (toleration.tolerationSeconds === undefined) continue;
    const since = Math.max(timeOf(taint.timeAdded) ?? now, boundAt(pod));
    const at = since + Math.max(0, toleration.tolerationSeconds) * 1000;
    earliest = Math.min(earliest ?? at, at);
  }
  return earliest;
}
