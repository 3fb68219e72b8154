/** Whether a pod's disruption budget allows one more disruption, and the write that counts it. */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { PodDisruptionBudget } from "../../../api/generated/policy.v1.ts";
import { textWithoutRevision } from "../../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { failure, forbidden, type Status } from "../../../api/machinery/status.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { Entry, Write } from "../../../api/store/store.ts";
import { trackServerStatus } from "../../admission/managed-fields.ts";
import { ApiError } from "../../api-error.ts";
import { selects } from "../../controllers/label-selector.ts";
import { isReady } from "../../controllers/pod/pod-state.ts";
import type { RequestContext } from "../../request-context.ts";

const RESOURCE = "poddisruptionbudgets.policy";
const SEVERAL = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
/** Evictions that the budget's controller has not observed yet. */
const MAX_DISRUPTED_PODS = 2000;

/**
 * Undefined if no budget covers the pod, or the pod does not count. Throws if the budget does not allow the disruption.
 */
export async function budgetWrite(context: RequestContext, pod: Pod): Promise<Write[]> {
  const { namespace = "" } = pod.metadata;
  const page = await context.store.list({ resource: RESOURCE, namespace });
  const covering = page.items
    .map((entry) => ({ entry, budget: JSON.parse(entry.text) as PodDisruptionBudget }))
    .filter(({ budget: { spec } }) => selects(spec.selector, pod.metadata.labels));
  if (covering.length > 1) throw new ApiError(failure(500, "", SEVERAL));
  const [found] = covering;
  if (!found || isUnprotected(pod, found.budget)) return [];
  return [countDownWrite(context, pod, found)];
}

/** A pod that is not ready is not protected if enough others are, or if the budget's policy says so. */
function isUnprotected(pod: Pod, { spec, status }: PodDisruptionBudget): boolean {
  if (isReady(pod)) return false;
  if (spec.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
  return (status.currentHealthy ?? 0) >= (status.desiredHealthy ?? 0) && (status.desiredHealthy ?? 0) > 0;
}

function countDownWrite(
  context: RequestContext,
  pod: Pod,
  { entry, budget }: { readonly entry: Entry; readonly budget: PodDisruptionBudget },
): Write {
  const refusal = refusalOf(budget);
  if (refusal) throw new ApiError(refusal);
  const disruptionsAllowed = (budget.status.disruptionsAllowed ?? 0) - 1;
  const now = timestamp(context.now);
  const next: PodDisruptionBudget = structuredClone(budget);
  Object.assign(next.status, {
    disruptionsAllowed,
    disruptedPods: { ...budget.status.disruptedPods, [pod.metadata.name ?? ""]: now },
  });
  if (disruptionsAllowed === 0) next.status.conditions = exhaustedConditions(budget, now);
  trackServerStatus(context, RESOURCE_PATH, { old: budget as KubeObject, next: next as KubeObject });
  const { key, revision, attributes } = entry;
  return { op: "replace", key, ifRevision: revision, text: textWithoutRevision(next), attributes };
}

const RESOURCE_PATH = { group: "policy", version: "v1", plural: "poddisruptionbudgets" };

const exhaustedConditions = ({ status }: PodDisruptionBudget, now: string) => [
  ...(status.conditions ?? []).filter(({ type }) => type !== "DisruptionAllowed"),
  {
    type: "DisruptionAllowed",
    status: "False",
    ...(status.observedGeneration === undefined ? {} : { observedGeneration: status.observedGeneration }),
    lastTransitionTime: now,
    reason: "InsufficientPods",
    message: "",
  },
];

function refusalOf({ metadata, status }: PodDisruptionBudget): Status | undefined {
  const { name = "", generation = 0 } = metadata;
  const allowed = status.disruptionsAllowed ?? 0;
  if ((status.observedGeneration ?? 0) < generation) {
    return violationStatus(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  const refuse = (why: string) => forbidden({ group: "policy", resource: "poddisruptionbudget" }, name, why);
  if (allowed < 0) return refuse("pdb disruptions allowed is negative");
  if (Object.keys(status.disruptedPods ?? {}).length > MAX_DISRUPTED_PODS) {
    return refuse("DisruptedPods map too big - too many evictions not confirmed by PDB controller");
  }
  if (allowed > 0) return undefined;
  return violationStatus(exhaustion(name, status), 0);
}

/** Why no disruption is allowed. The numbers cannot be trusted if the budget's controller has failed. */
function exhaustion(name: string, { conditions, ...status }: PodDisruptionBudget["status"]): string {
  const condition = conditions?.find(({ type }) => type === "DisruptionAllowed");
  const told = condition?.status === "False" && condition.message ? condition : undefined;
  const { desiredHealthy = 0, currentHealthy = 0 } = status;
  const refused = `The disruption budget ${name} does not allow evicting pods currently`;
  if (told?.reason === "SyncFailed") return `${refused} because it failed sync: ${told.message}`;
  if (currentHealthy <= desiredHealthy)
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  return told ? `${refused} (${told.reason}): ${told.message}` : refused;
}

function violationStatus(why: string, retryAfterSeconds: number): Status {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  return failure(429, "TooManyRequests", message, {
    causes: [{ reason: "DisruptionBudget", message: why }],
    ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
  });
}
