/** A Deployment's status: counts, and the conditions Available, Progressing and ReplicaFailure. */
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from "../../../api/generated/apps.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { timeOf } from "../time.ts";
import {
  actualReplicas,
  availableReplicas,
  boundsOf,
  readyReplicas,
  replicasOf,
  specReplicas,
  terminatingReplicas,
} from "./rollout.ts";

/** Means no deadline. */
const NO_DEADLINE = 2147483647;

export interface Standing {
  readonly newest: Stored<ReplicaSet> | undefined;
  readonly all: readonly Stored<ReplicaSet>[];
  readonly now: number;
}

const conditionOf = (status: DeploymentStatus, type: string) => status.conditions?.find((each) => each.type === type);

/** Appends a condition, replacing the previous one unless it says the same. */
export function withCondition(
  conditions: readonly DeploymentCondition[],
  next: Pick<DeploymentCondition, "type" | "status" | "reason" | "message">,
  now: number,
): DeploymentCondition[] {
  const current = conditions.find(({ type }) => type === next.type);
  if (current?.status === next.status && current.reason === next.reason) return [...conditions];
  const stamp = timestamp(now);
  const lastTransitionTime = current?.status === next.status ? (current.lastTransitionTime ?? stamp) : stamp;
  return [...without(conditions, next.type), { ...next, lastUpdateTime: stamp, lastTransitionTime }];
}

const without = (conditions: readonly DeploymentCondition[], type: string) =>
  conditions.filter((each) => each.type !== type);

export const hasDeadline = (deployment: Deployment): boolean => {
  const { progressDeadlineSeconds } = deployment.spec;
  return progressDeadlineSeconds !== undefined && progressDeadlineSeconds !== NO_DEADLINE;
};

/** The counts and Available, without Progressing. */
export function countStatus(deployment: Deployment, { newest, all, now }: Standing): DeploymentStatus {
  const available = availableReplicas(all);
  const enough = available >= replicasOf(deployment) - boundsOf(deployment).unavailable;
  const ready = readyReplicas(all);
  const replicas = actualReplicas(all);
  const updated = newest?.status.replicas ?? 0;
  // Kubernetes subtracts available replicas from the requested ones.
  const unavailable = Math.max(0, specReplicas(all) - available);
  const { collisionCount } = deployment.status;
  return {
    ...(deployment.metadata.generation === undefined ? {} : { observedGeneration: deployment.metadata.generation }),
    ...(replicas ? { replicas } : {}),
    ...(updated ? { updatedReplicas: updated } : {}),
    ...(ready ? { readyReplicas: ready } : {}),
    ...(available ? { availableReplicas: available } : {}),
    ...(unavailable ? { unavailableReplicas: unavailable } : {}),
    terminatingReplicas: terminatingReplicas(all),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: withCondition(
      deployment.status.conditions ?? [],
      enough
        ? {
            type: "Available",
            status: "True",
            reason: "MinimumReplicasAvailable",
            message: "Deployment has minimum availability.",
          }
        : {
            type: "Available",
            status: "False",
            reason: "MinimumReplicasUnavailable",
            message: "Deployment does not have minimum availability.",
          },
      now,
    ),
  };
}

function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = replicasOf(deployment);
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function isProgressing(before: DeploymentStatus, next: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (next.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(next) < old(before) ||
    (next.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (next.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** Reasons of Progressing under which no deadline applies. */
const SETTLED = new Set(["NewReplicaSetAvailable", "ProgressDeadlineExceeded"]);

/** When the progress deadline expires (ms), if one applies. */
export function deadlineOf(deployment: Deployment, status: DeploymentStatus): number | undefined {
  const progressing = conditionOf(status, "Progressing");
  const { progressDeadlineSeconds = 0 } = deployment.spec;
  if (!hasDeadline(deployment) || !progressing || SETTLED.has(progressing.reason ?? "")) return undefined;
  const since = timeOf(progressing.lastUpdateTime);
  return since === undefined ? undefined : since + progressDeadlineSeconds * 1000;
}

function hasTimedOut(deployment: Deployment, status: DeploymentStatus, now: number): boolean {
  const condition = conditionOf(status, "Progressing");
  if (condition?.reason === "ProgressDeadlineExceeded") return true;
  const deadline = deadlineOf(deployment, status);
  return deadline !== undefined && deadline < now;
}

/** The status during a rollout, including Progressing. */
export function rolloutStatus(deployment: Deployment, standing: Standing): DeploymentStatus {
  const { newest, now } = standing;
  const counted = countStatus(deployment, standing);
  if (!hasDeadline(deployment)) {
    const rest = without(counted.conditions ?? [], "Progressing");
    return { ...counted, conditions: withFailure(rest, standing) };
  }
  const current = conditionOf(deployment.status, "Progressing");
  const settled =
    (counted.replicas ?? 0) === (counted.updatedReplicas ?? 0) && current?.reason === "NewReplicaSetAvailable";
  const conditions = settled
    ? (counted.conditions ?? [])
    : progress(deployment, counted, { subject: subjectOf(deployment, newest), now });
  return { ...counted, conditions: withFailure(conditions, standing) };
}

const subjectOf = (deployment: Deployment, newest: ReplicaSet | undefined) =>
  newest ? `ReplicaSet "${newest.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;

function progress(
  deployment: Deployment,
  counted: DeploymentStatus,
  { subject, now }: { subject: string; now: number },
): DeploymentCondition[] {
  const conditions = counted.conditions ?? [];
  if (isComplete(deployment, counted)) {
    const message = `${subject} has successfully progressed.`;
    return withCondition(
      conditions,
      { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable", message },
      now,
    );
  }
  if (isProgressing(deployment.status, counted)) {
    const message = `${subject} is progressing.`;
    const current = conditionOf(counted, "Progressing");
    const stamp = timestamp(now);
    const next = { type: "Progressing", status: "True", reason: "ReplicaSetUpdated", message, lastUpdateTime: stamp };
    // Progress updates lastUpdateTime even if the reason does not change.
    const lastTransitionTime = current?.status === "True" ? (current.lastTransitionTime ?? stamp) : stamp;
    return [...without(conditions, "Progressing"), { ...next, lastTransitionTime }];
  }
  if (hasTimedOut(deployment, counted, now)) {
    const message = `${subject} has timed out progressing.`;
    return withCondition(
      conditions,
      { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message },
      now,
    );
  }
  return conditions;
}

/** ReplicaFailure is copied from the newest replica set or, if it has none, from any old one. */
function withFailure(conditions: DeploymentCondition[], { newest, all, now }: Standing): DeploymentCondition[] {
  const failures = (set: ReplicaSet | undefined) =>
    (set?.status.conditions ?? []).filter(({ type }) => type === "ReplicaFailure");
  const failure = failures(newest)[0] ?? all.flatMap(failures)[0];
  if (!failure) return without(conditions, "ReplicaFailure");
  return withCondition(
    conditions,
    {
      type: "ReplicaFailure",
      status: failure.status,
      reason: failure.reason ?? "",
      message: failure.message ?? "",
    },
    now,
  );
}
