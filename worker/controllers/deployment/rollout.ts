/** How far a Deployment may deviate from its size during a rollout, and which replica set is which. */
import { compareTexts } from "../../../api/compare-texts.ts";
import type { Deployment, ReplicaSet } from "../../../api/generated/apps.v1.ts";
import type { PodTemplateSpec } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { scaledValue } from "../int-or-percent.ts";
import { same } from "../same.ts";

export const DEPLOYMENTS = "deployments.apps";
export const REPLICA_SETS = "replicasets.apps";
export const HASH_LABEL = "pod-template-hash";

/** A Deployment with its replica sets: that of the current template, if there is one, and the others. */
export interface Family {
  readonly deployment: Stored<Deployment>;
  readonly newest: Stored<ReplicaSet> | undefined;
  readonly old: readonly Stored<ReplicaSet>[];
  readonly all: readonly Stored<ReplicaSet>[];
}

export interface Bounds {
  readonly surge: number;
  readonly unavailable: number;
}

export const replicasOf = (object: Deployment | ReplicaSet): number => object.spec.replicas ?? 0;

export const isRollingUpdate = (deployment: Deployment): boolean => deployment.spec.strategy?.type !== "Recreate";

/** Kubernetes' ResolveFenceposts: maxSurge is rounded up, maxUnavailable down, and they cannot both be 0. */
export function boundsOf(deployment: Deployment): Bounds {
  const replicas = replicasOf(deployment);
  if (!isRollingUpdate(deployment)) return { surge: 0, unavailable: 0 };
  const { maxSurge, maxUnavailable } = deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, replicas, "up");
  const unavailable = scaledValue(maxUnavailable, replicas, "down");
  if (surge === 0 && unavailable === 0) return { surge, unavailable: Math.min(1, replicas) };
  return { surge, unavailable: Math.min(unavailable, replicas) };
}

const withoutHash = (template: PodTemplateSpec | undefined) => {
  const { [HASH_LABEL]: _, ...labels } = template?.metadata?.labels ?? {};
  return { ...template, metadata: { ...template?.metadata, labels } };
};

export const sameTemplate = (a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean =>
  same(withoutHash(a), withoutHash(b));

export const byAge = (a: Stored<ReplicaSet>, b: Stored<ReplicaSet>): number =>
  a.metadata.creationTimestamp === b.metadata.creationTimestamp
    ? compareTexts(a.metadata.name, b.metadata.name)
    : compareTexts(a.metadata.creationTimestamp, b.metadata.creationTimestamp);

/** The oldest replica set of the deployment's template is its newest revision. */
export const newestOf = (
  deployment: Deployment,
  replicaSets: readonly Stored<ReplicaSet>[],
): Stored<ReplicaSet> | undefined =>
  replicaSets.toSorted(byAge).find((each) => sameTemplate(each.spec.template, deployment.spec.template));

const sum = (replicaSets: readonly ReplicaSet[], of: (each: ReplicaSet) => number | undefined) =>
  replicaSets.reduce((total, each) => total + (of(each) ?? 0), 0);

export const specReplicas = (sets: readonly ReplicaSet[]): number => sum(sets, replicasOf);
export const actualReplicas = (sets: readonly ReplicaSet[]): number => sum(sets, (each) => each.status.replicas);
export const readyReplicas = (sets: readonly ReplicaSet[]): number => sum(sets, (each) => each.status.readyReplicas);
export const availableReplicas = (sets: readonly ReplicaSet[]): number =>
  sum(sets, (each) => each.status.availableReplicas);
export const terminatingReplicas = (sets: readonly ReplicaSet[]): number =>
  sum(sets, (each) => each.status.terminatingReplicas);
