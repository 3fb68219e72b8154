/** Deletes pods that do not tolerate their node's NoExecute taints, those with a limited tolerance when it is over. */
import type { Node, Pod, Taint, Toleration } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { type Controller, settled } from "../controller.ts";
import { disruption } from "../disruption-target.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { isTerminated } from "../pod-state.ts";
import { timeOf } from "../time.ts";

export const taintEvictionController: Controller = {
  name: "taint-eviction-controller",
  reads: ["nodes", "pods"],
  writes: ["pods"],
  itemsOf({ resource, object, previous, deleted, snapshot }) {
    if (resource === "pods") return deleted ? [] : [itemKey(object)];
    const evicts = (node: unknown) => noExecute(node as Node | undefined).length > 0;
    return evicts(object) || evicts(previous) ? snapshot.podsOnNode(object.metadata.name).map(itemKey) : [];
  },
  reconcile(item, { snapshot, now }) {
    const { namespace, name } = splitItem(item);
    const pod = snapshot.get<Pod>("pods", namespace, name);
    if (!pod || pod.metadata.deletionTimestamp || isTerminated(pod) || !pod.spec.nodeName) return settled;
    const at = evictionTime(pod, noExecute(snapshot.get<Node>("nodes", "", pod.spec.nodeName)), now);
    if (at === undefined) return settled;
    if (at > now) return { effects: [], wakeAt: at };
    return {
      effects: [
        disruption(
          pod,
          { reason: "DeletionByTaintManager", message: "Taint manager: deleting due to NoExecute taint" },
          now,
        ),
        { op: "delete", resource: "pods", namespace, name, uid: pod.metadata.uid },
      ],
      events: [
        {
          about: pod,
          type: "Normal",
          reason: "TaintManagerEviction",
          message: `Marking for deletion Pod ${namespace}/${name}`,
        },
      ],
    };
  },
};

const noExecute = (node: Node | undefined): readonly Taint[] =>
  (node?.spec.taints ?? []).filter(({ effect }) => effect === "NoExecute");

export const tolerates = (toleration: Toleration, taint: Taint): boolean =>
  (!toleration.effect || toleration.effect === taint.effect) &&
  (!toleration.key || toleration.key === taint.key) &&
  (toleration.operator === "Exists" || (toleration.value ?? "") === (taint.value ?? ""));

/** When the pod must go (ms): now where a taint is not tolerated, never (undefined) where all are without limit. */
function evictionTime(pod: Stored<Pod>, taints: readonly Taint[], now: number): number | undefined {
  let earliest: number | undefined;
  for (const taint of taints) {
    const matching = (pod.spec.tolerations ?? []).filter((each) => tolerates(each, taint));
    if (matching.length === 0) return now;
    const limits = matching.map(({ tolerationSeconds }) => tolerationSeconds).filter((limit) => limit !== undefined);
    if (limits.length === 0) continue;
    const at = (timeOf(taint.timeAdded) ?? now) + Math.max(0, Math.min(...limits)) * 1000;
    earliest = Math.min(earliest ?? at, at);
  }
  return earliest;
}
