/**
 * What ReplicaSet and ReplicationController share: the requested number of pods, created in slow-start batches, with
 * those least worth keeping deleted first.
 */
import type { Pod, PodTemplateSpec } from "../../../api/generated/core.v1.ts";
import type { LabelSelector } from "../../../api/generated/meta.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { Batch, Effect, EffectFailure, Plan, ReconcileContext } from "../controller.ts";
import { claim } from "../controller-ref.ts";
import { includesLabels } from "../label-selector.ts";
import { podFromTemplate } from "../pod/pod-from-template.ts";
import { podRemoval } from "../pod/pod-removal.ts";
import { byDeletionOrder, isActive, isAvailable, isReady, isTerminated, nextAvailability } from "../pod/pod-state.ts";
import { same } from "../same.ts";
import { statusUpdate } from "../status-update.ts";
import { earliestWake } from "../time.ts";

/** Maximum creations or deletions per turn, as in Kubernetes. */
const BURST = 500;
const PODS = "pods";
/**
 * For this long (ms) after a write, an update that only reports a few more ready pods may wait: fewer than one in this
 * many.
 */
const QUIET_MS = 100;
const FEW = 20;

interface ReplicaCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

export interface ReplicasStatus {
  replicas: number;
  fullyLabeledReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  terminatingReplicas?: number;
  observedGeneration?: number;
  conditions?: ReplicaCondition[];
}

export interface Replicated extends KubeObject {
  spec: { replicas?: number; minReadySeconds?: number; template?: PodTemplateSpec };
  status: ReplicasStatus;
}

export interface ReplicaRules {
  readonly resource: string;
  readonly selector: LabelSelector | undefined;
  /** ReplicaSets count terminating pods, ReplicationControllers do not. */
  readonly countsTerminating: boolean;
  /** Pods that should be spread: of several on one node, one is deleted first. */
  readonly related: () => ReadonlySet<Pod>;
}

export function planReplicas<T extends Replicated>(
  owner: Stored<T>,
  rules: ReplicaRules,
  context: ReconcileContext,
): Plan {
  const { snapshot, now, failure, lastActed } = context;
  const claimed = claim<Pod>(snapshot, PODS, owner, {
    selector: rules.selector,
    adoptable: (pod) => !isTerminated(pod),
    releasable: (pod) => !isTerminated(pod),
  });
  const active = [...claimed.owned.filter(isActive), ...claimed.adopting];
  const terminating = claimed.owned.filter((pod) => pod.metadata.deletionTimestamp && !isTerminated(pod)).length;
  const { minReadySeconds = 0 } = owner.spec;
  const difference = active.length - (owner.spec.replicas ?? 0);
  const scaling = owner.metadata.deletionTimestamp
    ? []
    : scale(owner, difference, () => byDeletionCost(active, rules, now));
  const status = statusOf(owner, active, difference, { failure, now, terminating, rules });
  const update = statusUpdate(rules.resource, owner, status);
  const effects = [...claimed.effects, ...update, ...scaling];
  const quietUntil = (lastActed ?? Number.NEGATIVE_INFINITY) + QUIET_MS;
  if (now < quietUntil && update.length > 0 && effects.length === 1 && isOnTheWay(owner, status))
    return { effects: [], wakeAt: quietUntil };
  return {
    effects,
    ...earliestWake(nextAvailability(active, minReadySeconds, now)),
  };
}

/**
 * A few more of many pods have become ready, and others will be. Reporting each would take as many writes as pods, plus
 * the Deployment's after each.
 */
function isOnTheWay({ spec, status: before }: Replicated, next: ReplicasStatus): boolean {
  const { readyReplicas: ready = 0, availableReplicas: available = 0, ...rest } = next;
  const { readyReplicas: wasReady = 0, availableReplicas: wasAvailable = 0, ...was } = before;
  const replicas = spec.replicas ?? 0;
  const isFew = (more: number) => more >= 0 && more * FEW < replicas;
  return isFew(ready - wasReady) && isFew(available - wasAvailable) && available < replicas && same(rest, was);
}

function scale<T extends Replicated>(
  owner: Stored<T>,
  difference: number,
  inDeletionOrder: () => readonly Stored<Pod>[],
): readonly Batch[] {
  const namespace = owner.metadata.namespace ?? "";
  if (difference < 0) {
    const object = podFromTemplate(owner, owner.spec.template);
    const create: Effect = {
      op: "create",
      resource: PODS,
      namespace,
      object,
      record: {
        about: owner,
        success: { reason: "SuccessfulCreate", message: "Created pod: {name}" },
        failure: { reason: "FailedCreate", message: "Error creating: {message}" },
      },
    };
    return [{ op: "batch", slowStart: true, effects: Array(Math.min(-difference, BURST)).fill(create) }];
  }
  if (difference === 0) return [];
  const victims = inDeletionOrder().slice(0, Math.min(difference, BURST));
  const effects = victims.map((pod) => podRemoval(owner, pod));
  return [{ op: "batch", effects }];
}

function byDeletionCost(pods: readonly Stored<Pod>[], rules: ReplicaRules, now: number): readonly Stored<Pod>[] {
  const perNode = new Map<string, number>();
  for (const pod of rules.related())
    if (isActive(pod) && pod.spec.nodeName) perNode.set(pod.spec.nodeName, (perNode.get(pod.spec.nodeName) ?? 0) + 1);
  const rank = (pod: Pod) => perNode.get(pod.spec.nodeName ?? "") ?? 0;
  return pods.toSorted(byDeletionOrder(now, rank));
}

function statusOf<T extends Replicated>(
  owner: Stored<T>,
  active: readonly Stored<Pod>[],
  difference: number,
  facts: { failure: EffectFailure | undefined; now: number; terminating: number; rules: ReplicaRules },
): ReplicasStatus {
  const { minReadySeconds = 0, template } = owner.spec;
  const fullyLabeled = active.filter((pod) =>
    includesLabels(pod.metadata.labels, template?.metadata?.labels ?? {}),
  ).length;
  const ready = active.filter(isReady).length;
  const available = active.filter((pod) => isAvailable(pod, minReadySeconds, facts.now)).length;
  const conditions = conditionsOf(owner, difference, facts);
  return {
    replicas: active.length,
    ...(fullyLabeled ? { fullyLabeledReplicas: fullyLabeled } : {}),
    ...(ready ? { readyReplicas: ready } : {}),
    ...(available ? { availableReplicas: available } : {}),
    ...(facts.rules.countsTerminating ? { terminatingReplicas: facts.terminating } : {}),
    ...(owner.metadata.generation === undefined ? {} : { observedGeneration: owner.metadata.generation }),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

/** ReplicaFailure stands while the last attempt failed and something is left to do. */
function conditionsOf<T extends Replicated>(
  owner: Stored<T>,
  difference: number,
  { failure, now }: { failure: EffectFailure | undefined; now: number },
): ReplicaCondition[] {
  const [op, reason] = difference < 0 ? ["create", "FailedCreate"] : ["delete", "FailedDelete"];
  const { conditions = [] } = owner.status;
  const others = conditions.filter(({ type }) => type !== "ReplicaFailure");
  // Of a set that is scaled the other way nothing has failed yet.
  const standing = conditions.find((each) => each.type === "ReplicaFailure" && each.reason === reason);
  if (difference === 0 || owner.metadata.deletionTimestamp) return others;
  // Between attempts (a retry under way, a shell that just woke) the last result still stands.
  if (standing) return [...others, standing];
  if (failure?.effect.resource !== PODS || failure.effect.op !== op) return others;
  const message = op === "create" ? failure.message : `unable to delete pods: ${failure.message}`;
  return [...others, { lastTransitionTime: timestamp(now), message, reason, status: "True", type: "ReplicaFailure" }];
}
