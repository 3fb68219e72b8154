import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Condition } from "../../../api/generated/meta.v1.ts";
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from "../../../api/generated/policy.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { printSelector } from "../../../api/machinery/selectors/print-selector.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import {
  defineController,
  type EventRecord,
  type Plan,
  type Query,
  type ReconcileContext,
  settled,
} from "../controller.ts";
import { scaledValue } from "../int-or-percent.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { selects } from "../label-selector.ts";
import { isActive, isReady, podCondition } from "../pod/pod-state.ts";
import { conditionsPatch, statusUpdate } from "../status-update.ts";
import { earliest, earliestWake, timeOf } from "../time.ts";
import { expectedScale } from "./expected-scale.ts";

const RESOURCE = "poddisruptionbudgets.policy";
/** How long a permitted eviction may take to become visible. */
const DELETION_MS = 120_000;
/** How long a pod is considered new. */
const NEW_MS = 10_000;
/** How long a DisruptionTarget condition without a deletion is believed. */
const STALE_DISRUPTION_MS = 120_000;

/** A kubelet may take any time to end the pods that it has marked. */
const BY_KUBELET = "TerminationByKubelet";

export const disruptionController = defineController({
  name: "disruption-controller",
  component: "controllermanager",
  reads: [RESOURCE, "pods", "replicasets.apps", "deployments.apps", "statefulsets.apps", "replicationcontrollers"],
  writes: [RESOURCE, "pods"],
  itemsOf({ resource, object, previous, deleted, snapshot }) {
    if (resource === RESOURCE) return [itemKey(object)];
    const namespace = object.metadata.namespace ?? "";
    const budgets = snapshot.list(RESOURCE, namespace);
    // A controller's new size counts as soon as pods come or go.
    if (resource !== "pods") return previous && !deleted ? [] : budgets.map(itemKey);
    return budgets
      .filter(({ spec }) => [object, previous].some((pod) => pod && selects(spec.selector, pod.metadata.labels)))
      .map(itemKey);
  },
  reconcile(item, context) {
    const { namespace, name } = splitItem(item);
    const budget = context.snapshot.get(RESOURCE, namespace, name);
    return budget ? planBudget(budget, context) : settled;
  },
});

interface Expected {
  readonly expected: number;
  readonly desired: number;
  readonly unmanaged: readonly string[];
}

function planBudget(budget: Stored<PodDisruptionBudget>, context: ReconcileContext): Plan {
  const { snapshot, now } = context;
  const pods = snapshot
    .labelled("pods", budget.metadata.namespace ?? "", budget.spec.selector?.matchLabels ?? {})
    .filter((pod) => selects(budget.spec.selector, pod.metadata.labels));
  const counted = expectedOf(budget, pods, context);
  if ("queries" in counted) return { effects: [], queries: counted.queries };
  const events: EventRecord[] =
    pods.length === 0 ? [{ about: budget, type: "Normal", reason: "NoPods", message: "No matching pods found" }] : [];
  if ("error" in counted) {
    events.push({
      about: budget,
      type: "Warning",
      reason: "CalculateExpectedPodCountFailed",
      message: `Failed to calculate the number of expected pods: ${counted.error}`,
    });
    return withEvents(budget, failedStatus(budget, counted.error, now), events);
  }
  if (counted.unmanaged.length > 0) events.push(unmanagedEvent(budget));
  const { disrupted, overdue } = disruptedOf(budget, pods, now);
  events.push(...overdue.map((pod) => notDeleted(budget, pod)));
  const leaving = new Set(disrupted.map(([name]) => name));
  // Terminating pods are still expected, as Kubernetes counts, but not healthy.
  const stays = ({ metadata }: Stored<Pod>) => !metadata.deletionTimestamp && !leaving.has(metadata.name);
  const healthy = pods.filter((pod) => isReady(pod) && stays(pod)).length;
  const status = countedStatus(budget, { ...counted, healthy, disrupted, now });
  const expiry = disrupted.map(([, time]) => (timeOf(time) ?? 0) + DELETION_MS);
  const isNew = ({ metadata }: Stored<Pod>) => (timeOf(metadata.creationTimestamp) ?? 0) + NEW_MS > now;
  const strange = new Set(counted.unmanaged);
  // A pod without a controller is reported when it appears, whatever it does to the counts.
  const always = pods.some((pod) => strange.has(pod.metadata.name) && isNew(pod)) ? events : [];
  const plan = withEvents(budget, status, events);
  return { ...plan, events: plan.effects.length > 0 ? events : always, ...earliestWake(earliest(...expiry)) };
}

/** The pods whose eviction was permitted and that are still there, and those that should be gone by now. */
function disruptedOf({ status }: PodDisruptionBudget, pods: readonly Stored<Pod>[], now: number) {
  const present = pods.flatMap((pod) => {
    const time = pod.metadata.deletionTimestamp ? undefined : status.disruptedPods?.[pod.metadata.name];
    return time === undefined ? [] : [{ pod, time, isOverdue: (timeOf(time) ?? 0) + DELETION_MS <= now }];
  });
  const waiting = present.filter(({ isOverdue }) => !isOverdue);
  return {
    disrupted: waiting.map(({ pod, time }) => [pod.metadata.name, time] as const),
    overdue: present.filter(({ isOverdue }) => isOverdue).map(({ pod }) => pod),
  };
}

const notDeleted = ({ metadata: { namespace } }: Stored<PodDisruptionBudget>, about: Stored<Pod>): EventRecord => ({
  about,
  type: "Warning",
  reason: "NotDeleted",
  // Kubernetes writes the namespace in place of the budget's name.
  message: `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`,
});

interface Standing extends Expected {
  readonly healthy: number;
  /** Pods about to be deleted, with the time of that decision. */
  readonly disrupted: readonly (readonly [name: string, time: string])[];
  readonly now: number;
}

function countedStatus(
  budget: Stored<PodDisruptionBudget>,
  { expected, desired, healthy, disrupted, now }: Standing,
): PodDisruptionBudgetStatus {
  const disruptionsAllowed = expected <= 0 ? 0 : Math.max(0, healthy - desired);
  return {
    ...(disrupted.length > 0 ? { disruptedPods: Object.fromEntries(disrupted) } : {}),
    currentHealthy: healthy,
    desiredHealthy: desired,
    disruptionsAllowed,
    expectedPods: expected,
    ...observed(budget),
    conditions: withAllowed(budget, now, {
      ...(disruptionsAllowed > 0
        ? { status: "True", reason: "SufficientPods" }
        : { status: "False", reason: "InsufficientPods" }),
      message: "",
      ...observed(budget),
    }),
  };
}

const observed = ({ metadata: { generation } }: Stored<KubeObject>) =>
  generation === undefined ? {} : { observedGeneration: generation };

/** Events are recorded with the status that they explain, not with every reconcile. */
function withEvents(
  budget: Stored<PodDisruptionBudget>,
  status: PodDisruptionBudgetStatus,
  events: EventRecord[],
): Plan {
  const effects = statusUpdate(RESOURCE, budget, status);
  return { effects, events: effects.length > 0 ? events : [] };
}

/** The budget's conditions, others' included, with this one in the place that it had. */
function withAllowed(
  { status: { conditions = [] } }: Stored<PodDisruptionBudget>,
  now: number,
  condition: { status: string; reason: string; message: string; observedGeneration?: number },
): Condition[] {
  const at = conditions.findIndex(({ type }) => type === ALLOWED);
  const current = conditions[at];
  const lastTransitionTime = current?.status === condition.status ? current.lastTransitionTime : timestamp(now);
  const next = { type: ALLOWED, ...condition, lastTransitionTime };
  return current ? conditions.with(at, next) : [...conditions, next];
}

const ALLOWED = "DisruptionAllowed";

const failedStatus = (
  budget: Stored<PodDisruptionBudget>,
  message: string,
  now: number,
): PodDisruptionBudgetStatus => ({
  ...budget.status,
  disruptionsAllowed: 0,
  // If counting failed, the generation has not been observed.
  conditions: withAllowed(budget, now, {
    status: "False",
    reason: "SyncFailed",
    message,
    ...(budget.status.observedGeneration ? { observedGeneration: budget.status.observedGeneration } : {}),
  }),
});

function expectedOf(
  budget: Stored<PodDisruptionBudget>,
  pods: readonly Stored<Pod>[],
  context: ReconcileContext,
): Expected | { readonly error: string } | { readonly queries: readonly Query[] } {
  const { maxUnavailable, minAvailable } = budget.spec;
  const needsScale = maxUnavailable !== undefined || typeof minAvailable === "string";
  // Without either, nothing is expected, and nothing may be disrupted.
  if (!needsScale)
    return { expected: minAvailable === undefined ? 0 : pods.length, desired: minAvailable ?? 0, unmanaged: [] };
  const scale = expectedScale(pods, context);
  if ("error" in scale || "queries" in scale) return scale;
  const { expected, unmanaged } = scale;
  const desired =
    maxUnavailable === undefined
      ? scaledValue(minAvailable, expected, "up")
      : Math.max(0, expected - scaledValue(maxUnavailable, expected, "up"));
  return { expected, desired, unmanaged };
}

const unmanagedEvent = (budget: Stored<PodDisruptionBudget>): EventRecord => ({
  about: budget,
  type: "Warning",
  reason: "UnmanagedPods",
  message: `Pods selected by this PodDisruptionBudget (selector: ${printSelector(budget.spec.selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`,
});

/** Clears the condition of a pod that was marked for disruption and not deleted. */
export const staleDisruptionController = defineController({
  name: "disruption-controller",
  component: "controllermanager",
  reads: ["pods"],
  writes: ["pods"],
  itemsOf: ({ object, deleted }) =>
    !deleted && podCondition(object, "DisruptionTarget")?.status === "True" ? [itemKey(object)] : [],
  reconcile(item, { snapshot, now }) {
    const { namespace, name } = splitItem(item);
    const pod = snapshot.get("pods", namespace, name);
    const condition = pod && podCondition(pod, "DisruptionTarget");
    if (!pod || condition?.status !== "True" || pod.metadata.deletionTimestamp || !isActive(pod)) return settled;
    if (condition.reason === BY_KUBELET) return settled;
    const end = (timeOf(condition.lastTransitionTime) ?? 0) + STALE_DISRUPTION_MS;
    if (end > now) return { effects: [], wakeAt: end };
    // Whose mark it was is forgotten.
    const cleared = { status: "False", reason: null, message: null, lastTransitionTime: timestamp(now) };
    return { effects: [conditionsPatch("pods", pod, [{ type: condition.type, ...cleared, ...observed(pod) }])] };
  },
});
