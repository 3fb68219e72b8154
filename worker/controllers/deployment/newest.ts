/** The replica set of a Deployment's current template: creating it, finding it again, and setting its revision. */
import type { Deployment, ReplicaSet } from "../../../api/generated/apps.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { type Effect, type Plan, type ReconcileContext, settled } from "../controller.ts";
import { controllerOf, controllerReference } from "../controller-ref.ts";
import { same } from "../same.ts";
import { statusUpdate } from "../status-update.ts";
import { templateHash } from "../template-hash/template-hash.ts";
import { annotationsOfNewest, maxRevision, REVISION, revisionOf, scaleAnnotations } from "./annotations.ts";
import { boundsOf, DEPLOYMENTS, type Family, HASH_LABEL, REPLICA_SETS, replicasOf, sameTemplate } from "./rollout.ts";
import { newestSize } from "./scaling.ts";
import { hasDeadline, withCondition } from "./status.ts";

/** Of objects: a longer name of a Deployment is cut in its replica sets', for the sake of the hash. */
const LONGEST_NAME = 253;

/** Creates the replica set of a new template. */
export function createNewest({ deployment, all, old }: Family, { snapshot, now, failure }: ReconcileContext): Plan {
  const namespace = deployment.metadata.namespace ?? "";
  const { collisionCount } = deployment.status;
  const hash = templateHash(deployment.spec.template, collisionCount);
  const name = `${deployment.metadata.name.slice(0, LONGEST_NAME - 1 - hash.length)}-${hash}`;
  const taken = snapshot.get(REPLICA_SETS, namespace, name);
  if (taken) {
    const ours = controllerOf(taken)?.uid === deployment.metadata.uid;
    if (ours && sameTemplate(taken.spec.template, deployment.spec.template)) return settled;
    return {
      effects: statusUpdate(DEPLOYMENTS, deployment, {
        ...deployment.status,
        collisionCount: (collisionCount ?? 0) + 1,
      }),
    };
  }
  const revision = maxRevision(old) + 1n;
  const replicas = newestSize(deployment, undefined, all);
  const object = replicaSetOf(deployment, { name, hash, revision, replicas });
  const scaled = `Scaled up replica set ${name} from 0 to ${replicas}`;
  const create: Effect = {
    op: "create",
    resource: REPLICA_SETS,
    namespace,
    object,
    record: {
      about: deployment,
      ...(replicas > 0 ? { success: { reason: "ScalingReplicaSet", message: scaled } } : {}),
      failure: { reason: "ReplicaSetCreateError", message: `Failed to create new replica set "${name}": {message}` },
    },
  };
  const noted = noteNewest(
    deployment,
    { revision, reason: "NewReplicaSetCreated", text: `Created new replica set "${name}"` },
    now,
  );
  return { effects: [...noteFailure(deployment, { name, failure }, now), create, ...noted] };
}

interface Named {
  readonly name: string;
  readonly hash: string;
  readonly revision: bigint;
  readonly replicas: number;
}

/** A replica set of the deployment's template, named by the template's hash. */
function replicaSetOf(deployment: Stored<Deployment>, { name, hash, revision, replicas }: Named): ReplicaSet {
  const { labels, ...metadata } = deployment.spec.template?.metadata ?? {};
  const hashed = { ...labels, [HASH_LABEL]: hash };
  const bounds = boundsOf(deployment);
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name,
      namespace: deployment.metadata.namespace ?? "",
      labels: hashed,
      annotations: {
        ...annotationsOfNewest(deployment, {}, revision),
        ...scaleAnnotations(replicasOf(deployment), replicasOf(deployment) + bounds.surge),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(deployment.spec.minReadySeconds ? { minReadySeconds: deployment.spec.minReadySeconds } : {}),
      selector: {
        ...deployment.spec.selector,
        matchLabels: { ...deployment.spec.selector.matchLabels, [HASH_LABEL]: hash },
      },
      template: { ...deployment.spec.template, metadata: { ...metadata, labels: hashed } },
    },
    status: { replicas: 0 },
  };
}

/** Reports why the last attempt to create the replica set failed, before trying again. */
function noteFailure(
  deployment: Stored<Deployment>,
  { name, failure }: { name: string; failure: ReconcileContext["failure"] },
  now: number,
): readonly Effect[] {
  if (failure?.effect.op !== "create" || !hasDeadline(deployment)) return [];
  const message = `Failed to create new replica set "${name}": ${failure.message}`;
  const next = { type: "Progressing", status: "False", reason: "ReplicaSetCreateError", message };
  const conditions = withCondition(deployment.status.conditions ?? [], next, now);
  return statusUpdate(DEPLOYMENTS, deployment, { ...deployment.status, conditions });
}

/**
 * Copies the deployment's annotations and revision to the newest replica set, and the revision back to the deployment.
 */
export function syncNewest({ deployment, newest, old }: Family, now: number): readonly Effect[] {
  if (!newest) return [];
  const revision = maxRevision(old) + 1n;
  const current = newest.metadata.annotations ?? {};
  const annotations = annotationsOfNewest(deployment, current, revision);
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  const stale = !same(annotations, current) || (newest.spec.minReadySeconds ?? 0) !== minReadySeconds;
  if (stale)
    return [
      {
        op: "update",
        resource: REPLICA_SETS,
        namespace: newest.metadata.namespace ?? "",
        object: { ...newest, metadata: { ...newest.metadata, annotations }, spec: { ...newest.spec, minReadySeconds } },
      } as Effect,
    ];
  const text = `Found new replica set "${newest.metadata.name}"`;
  return noteNewest(deployment, { revision: revisionOf(newest), reason: "FoundNewReplicaSet", text }, now);
}

/** Writes the revision into the deployment's annotations, and the initial Progressing condition. */
function noteNewest(
  deployment: Stored<Deployment>,
  found: { revision: bigint; reason: string; text: string },
  now: number,
): readonly Effect[] {
  const revision = String(found.revision);
  const conditions = deployment.status.conditions ?? [];
  const current = conditions.find(({ type }) => type === "Progressing");
  const isNew = found.reason === "NewReplicaSetCreated" ? current?.reason !== found.reason : current === undefined;
  const reportsProgress = hasDeadline(deployment) && isNew;
  if (deployment.metadata.annotations?.[REVISION] === revision && !reportsProgress) return [];
  const next = { type: "Progressing", status: "True", reason: found.reason, message: found.text };
  return [
    {
      op: "patch",
      resource: DEPLOYMENTS,
      namespace: deployment.metadata.namespace ?? "",
      name: deployment.metadata.name,
      // Through the status subresource, so that the generation does not count the annotation.
      subresource: "status",
      type: "application/merge-patch+json",
      patch: {
        metadata: { uid: deployment.metadata.uid, annotations: { [REVISION]: revision } },
        ...(reportsProgress ? { status: { conditions: withCondition(conditions, next, now) } } : {}),
      },
    },
  ];
}
