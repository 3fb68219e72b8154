/** Warns about pods that several disruption budgets cover: they cannot be evicted. */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { PodDisruptionBudget } from "../../../api/generated/policy.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { defineController, type Snapshot, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { selects } from "../label-selector.ts";
import { isReady } from "../pod/pod-state.ts";
import { same } from "../same.ts";
import { timeOf } from "../time.ts";

const BUDGETS = "poddisruptionbudgets.policy";
/** Older pods have been reported already: this control plane may have just woken (it sleeps after 10 s). */
const NEW_MS = 10_000;

/**
 * kube-controller-manager warns at every change of a pod; this controller does so when the pod is new, or its readiness
 * changes.
 */
export const overlappingBudgetsController = defineController({
  name: "disruption-controller",
  component: "controllermanager",
  reads: [BUDGETS, "pods"],
  writes: [],
  itemsOf({ resource, object, previous, deleted, snapshot }) {
    if (resource !== "pods" || deleted || (previous && !isRelevantChange(object, previous))) return [];
    return budgetsOf(object, snapshot).length > 1 ? [(previous ? CHANGED : MADE) + itemKey(object)] : [];
  },
  reconcile(item, { snapshot, now }) {
    const { namespace, name } = splitItem(item.slice(MADE.length));
    const pod = snapshot.get("pods", namespace, name);
    if (!pod) return settled;
    const isOld = (timeOf(pod.metadata.creationTimestamp) ?? 0) + NEW_MS <= now;
    const [first, second] = budgetsOf(pod, snapshot);
    if (!first || !second || (item.startsWith(MADE) && isOld)) return settled;
    const message = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${first.metadata.name}" arbitrarily.`;
    return {
      effects: [],
      events: [{ about: pod, type: "Warning", reason: "MultiplePodDisruptionBudgets", message }],
    };
  },
});

const MADE = "+";
const CHANGED = "~";

const isRelevantChange = (object: Pod, previous: Pod): boolean =>
  isReady(object) !== isReady(previous) || !same(object.metadata.labels, previous.metadata.labels);

const budgetsOf = (pod: Stored<KubeObject>, snapshot: Snapshot): readonly Stored<PodDisruptionBudget>[] =>
  snapshot
    .list(BUDGETS, pod.metadata.namespace ?? "")
    .filter(({ spec }) => selects(spec.selector, pod.metadata.labels));
