/** Rolls a Deployment from one template's replica set to the next. */
import type { Deployment, DeploymentCondition, ReplicaSet } from "../../../api/generated/apps.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import {
  type Controller,
  defineController,
  type Effect,
  type EventRecord,
  type Plan,
  type ReconcileContext,
  settled,
} from "../controller.ts";
import { claim, controllerOf, ownersOf } from "../controller-ref.ts";
import { itemKey, itemOf, splitItem } from "../item-key.ts";
import { isEmptySelector } from "../label-selector.ts";
import { isTerminated } from "../pod/pod-state.ts";
import { same } from "../same.ts";
import { statusUpdate } from "../status-update.ts";
import { earliestWake } from "../time.ts";
import { compareRevisions, scaleAnnotations } from "./annotations.ts";
import { createNewest, syncNewest } from "./newest.ts";
import {
  boundsOf,
  byAge,
  DEPLOYMENTS,
  type Family,
  isRollingUpdate,
  newestOf,
  REPLICA_SETS,
  replicasOf,
} from "./rollout.ts";
import { newestSize, oldAreGone, planResize, planShrink, type Resize, wasResized } from "./scaling.ts";
import { countStatus, deadlineOf, hasDeadline, rolloutStatus, withCondition } from "./status.ts";

const RESOURCE = DEPLOYMENTS;
const PRIMARY = { resource: RESOURCE, kind: "Deployment", apiVersion: "apps/v1" } as const;
const selectorOf = ({ spec }: Deployment) => spec.selector;

export const deploymentController = defineController({
  name: "deployment-controller",
  reads: [RESOURCE, REPLICA_SETS, "pods"],
  writes: [RESOURCE, REPLICA_SETS],
  itemsOf(change) {
    if (change.resource === RESOURCE) return [itemKey(change.object)];
    if (change.resource === REPLICA_SETS) return ownersOf(change, PRIMARY, selectorOf);
    return change.deleted || isTerminated(change.object) ? recreateOf(change) : [];
  },
  reconcile(item, context) {
    const { namespace, name } = splitItem(item);
    const deployment = context.snapshot.get(RESOURCE, namespace, name);
    if (!deployment) return settled;
    if (isEmptySelector(deployment.spec.selector)) return selectsEverything(deployment);
    return planDeployment(deployment, context);
  },
});

/** A Recreate waits for its old pods to end, which no replica set shows once it is scaled to 0. */
function recreateOf({ object, snapshot }: Parameters<Controller["itemsOf"]>[0]): readonly string[] {
  const namespace = object.metadata.namespace ?? "";
  const set = controllerOf(object);
  const replicaSet = set?.kind === "ReplicaSet" ? snapshot.get(REPLICA_SETS, namespace, set.name) : undefined;
  const owner = replicaSet && controllerOf(replicaSet);
  return owner?.kind === "Deployment" ? [itemOf(namespace, owner.name)] : [];
}

const selectsEverything = (deployment: Stored<Deployment>): Plan => ({
  effects: statusUpdate(RESOURCE, deployment, {
    ...deployment.status,
    ...(deployment.metadata.generation === undefined ? {} : { observedGeneration: deployment.metadata.generation }),
  }),
  events:
    (deployment.status.observedGeneration ?? 0) < (deployment.metadata.generation ?? 0)
      ? [
          {
            about: deployment,
            type: "Warning",
            reason: "SelectingAll",
            message: "This deployment is selecting all pods. A non-empty selector is required.",
          },
        ]
      : [],
});

function planDeployment(deployment: Stored<Deployment>, context: ReconcileContext): Plan {
  const { snapshot, now } = context;
  const claimed = claim<ReplicaSet>(snapshot, REPLICA_SETS, deployment, { selector: deployment.spec.selector });
  // Adoptions and releases appear in the next snapshot, and the rollout continues from there.
  if (claimed.effects.length > 0) return { effects: claimed.effects };
  const all = claimed.owned;
  const newest = newestOf(deployment, all);
  const old = all.filter((each) => each !== newest);
  const family: Family = { deployment, newest, old, all };
  if (deployment.metadata.deletionTimestamp) {
    const synced = syncNewest(family, now);
    if (synced.length > 0) return { effects: synced };
    return { effects: statusUpdate(RESOURCE, deployment, countStatus(deployment, { newest, all, now })) };
  }
  if (deployment.spec.paused) return planPaused(family, context);
  const resumed = acknowledgePause(deployment, now);
  if (resumed.length > 0) return { effects: resumed };
  if (wasResized(deployment, all)) return planScaled(family, context);
  return planRollout(family, context);
}

/** Records pausing and resuming in the Progressing condition, so that no deadline expires during a pause. */
function acknowledgePause(deployment: Stored<Deployment>, now: number): readonly Effect[] {
  if (!hasDeadline(deployment)) return [];
  const conditions = deployment.status.conditions ?? [];
  const current = conditions.find(({ type }) => type === "Progressing");
  if (current?.reason === "ProgressDeadlineExceeded") return [];
  const pausedNow = current?.reason === "DeploymentPaused";
  const wanted = deployment.spec.paused ?? false;
  if (wanted === pausedNow) return [];
  const next = wanted
    ? { reason: "DeploymentPaused", message: "Deployment is paused" }
    : { reason: "DeploymentResumed", message: "Deployment is resumed" };
  const updated: DeploymentCondition[] = withCondition(
    conditions,
    { type: "Progressing", status: "Unknown", ...next },
    now,
  );
  return statusUpdate(RESOURCE, deployment, { ...deployment.status, conditions: updated });
}

function planPaused(family: Family, context: ReconcileContext): Plan {
  const noted = acknowledgePause(family.deployment, context.now);
  return noted.length > 0 ? { effects: noted } : planScaled(family, context);
}

/** Only scales; the rollout is suspended. */
function planScaled(family: Family, { now }: ReconcileContext): Plan {
  const { deployment, newest, old, all } = family;
  const synced = syncNewest(family, now);
  if (synced.length > 0) return { effects: synced };
  const effects: Effect[] = [];
  const events: EventRecord[] = [];
  const resized = planResize(deployment, newest, old);
  resize(family, resized, { effects, events });
  // A set with the right size but a different size on record would stall the rollout forever.
  const rest = all.filter((each) => replicasOf(each) > 0 && !resized.some(({ replicaSet }) => replicaSet === each));
  resize(
    family,
    rest
      .filter((each) => wasResized(deployment, [each]))
      .map((replicaSet) => ({ replicaSet, replicas: replicasOf(replicaSet) })),
    { effects, events },
  );
  const trimmed = deployment.spec.paused ? cleanUp(family) : [];
  const status = statusUpdate(RESOURCE, deployment, countStatus(deployment, { newest, all, now }));
  return { effects: [...effects, ...status, ...trimmed], events };
}

function planRollout(family: Family, context: ReconcileContext): Plan {
  const { deployment, newest, old, all } = family;
  const effects: Effect[] = [];
  const events: EventRecord[] = [];
  const synced = syncNewest(family, context.now);
  if (synced.length > 0) return { effects: synced };
  if (!isRollingUpdate(deployment)) {
    const running = old.filter((each) => replicasOf(each) > 0);
    if (running.length > 0) {
      resize(
        family,
        running.map((replicaSet) => ({ replicaSet, replicas: 0 })),
        { effects, events },
      );
      return { effects: [...effects, ...progressUpdate(family, context).effects], events };
    }
    // A rollback finds its replica set existing already, and must wait all the same.
    if (!(oldAreGone(old) && oldPodsAreGone(old, context))) return progressUpdate(family, context);
  }
  if (!newest) return createNewest(family, context);
  const size = newestSize(deployment, newest, all);
  // A set of the right size keeps its annotations: an adopted one may have none.
  if (size !== replicasOf(newest)) resize(family, [{ replicaSet: newest, replicas: size }], { effects, events });
  if (effects.length > 0) return withProgress(family, context, { effects, events });
  if (isRollingUpdate(deployment)) resize(family, planShrink(deployment, newest, old), { effects, events });
  if (effects.length > 0) return withProgress(family, context, { effects, events });
  const progress = progressUpdate(family, context);
  const completed = progress.effects.length === 0 && isFinished(family) ? cleanUp(family) : [];
  return { ...progress, effects: [...progress.effects, ...completed], events };
}

const withProgress = (
  family: Family,
  context: ReconcileContext,
  plan: { effects: Effect[]; events: EventRecord[] },
): Plan => {
  const progress = progressUpdate(family, context);
  return { ...progress, effects: [...plan.effects, ...progress.effects], events: plan.events };
};

const isFinished = ({ deployment, newest, old }: Family): boolean =>
  newest !== undefined &&
  old.every((each) => replicasOf(each) === 0 && each.status.replicas === 0) &&
  replicasOf(newest) === replicasOf(deployment) &&
  (newest.status.availableReplicas ?? 0) === replicasOf(deployment);

const oldPodsAreGone = (old: readonly Stored<ReplicaSet>[], { snapshot }: ReconcileContext): boolean =>
  old.every((each) => snapshot.ownedBy("pods", each.metadata.uid).every(isTerminated));

function progressUpdate({ deployment, newest, all }: Family, { now }: ReconcileContext): Plan {
  const status = rolloutStatus(deployment, { newest, all, now });
  const deadline = deadlineOf(deployment, status);
  return {
    effects: statusUpdate(RESOURCE, deployment, status),
    ...earliestWake(deadline !== undefined && deadline >= now ? deadline + 1000 : undefined),
  };
}

/** Sets replicas, and the annotations that record the size they were computed for. */
function resize(
  { deployment }: Family,
  resizes: readonly Resize[],
  plan: { effects: Effect[]; events: EventRecord[] },
): void {
  const surge = boundsOf(deployment).surge;
  for (const { replicaSet, replicas, from } of resizes) {
    const current = from ?? replicasOf(replicaSet);
    const scaled = scaleAnnotations(replicasOf(deployment), replicasOf(deployment) + surge);
    const annotations = { ...replicaSet.metadata.annotations, ...scaled };
    if (current === replicas && same(annotations, replicaSet.metadata.annotations)) continue;
    const direction = replicas > current ? "up" : "down";
    const message = `Scaled ${direction} replica set ${replicaSet.metadata.name} from ${current} to ${replicas}`;
    plan.effects.push({
      ...(from === undefined ? resized(replicaSet, replicas, annotations) : resizedAgain(replicaSet, replicas)),
      ...(current === replicas
        ? {}
        : { record: { about: deployment, success: { reason: "ScalingReplicaSet", message } } }),
    });
  }
}

const resized = (
  replicaSet: Stored<ReplicaSet>,
  replicas: number,
  annotations: Readonly<Record<string, string>>,
): Effect => ({
  op: "update",
  resource: REPLICA_SETS,
  namespace: replicaSet.metadata.namespace ?? "",
  object: {
    ...replicaSet,
    metadata: { ...replicaSet.metadata, annotations },
    spec: { ...replicaSet.spec, replicas },
  } as ReplicaSet,
});

/** For a second write in the same plan, when the revision after the first is not known yet. */
const resizedAgain = ({ metadata }: Stored<ReplicaSet>, replicas: number): Effect => ({
  op: "patch",
  resource: REPLICA_SETS,
  namespace: metadata.namespace ?? "",
  name: metadata.name,
  type: "application/merge-patch+json",
  patch: { metadata: { uid: metadata.uid }, spec: { replicas } },
});

/** Deletes sets beyond the history limit, oldest revisions first. */
function cleanUp({ deployment, old }: Family): readonly Effect[] {
  const limit = deployment.spec.revisionHistoryLimit;
  if (limit === undefined || limit >= 2147483647) return [];
  const alive = old.filter((each) => !each.metadata.deletionTimestamp);
  const surplus = alive
    .toSorted((a, b) => compareRevisions(a, b) || byAge(a, b))
    .slice(0, Math.max(0, alive.length - limit));
  return surplus
    .filter(
      ({ status, spec, metadata }) =>
        (status.replicas ?? 0) === 0 &&
        (spec.replicas ?? 0) === 0 &&
        (metadata.generation ?? 0) <= (status.observedGeneration ?? 0),
    )
    .map(({ metadata }) => ({
      op: "delete",
      resource: REPLICA_SETS,
      namespace: metadata.namespace ?? "",
      name: metadata.name,
      uid: metadata.uid,
    }));
}
