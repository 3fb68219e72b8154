/** Keeps a StatefulSet's pods, each with its own name and claims, in order. */
import type { ControllerRevision, StatefulSet, StatefulSetStatus } from "../../../api/generated/apps.v1.ts";
import type { Pod, PodTemplateSpec } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import {
  type Controller,
  type Effect,
  type EventRecord,
  type ObjectChange,
  type Plan,
  type ReconcileContext,
  type Snapshot,
  settled,
} from "../controller.ts";
import { claim, ownersOf } from "../controller-ref.ts";
import { historyOf, REVISIONS, templateOf, trimHistory, unusedRevisions } from "../controller-revisions.ts";
import { scaledValue } from "../int-or-percent.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { carries } from "../label-selector.ts";
import { isAvailable, isReady, isTerminated, nextAvailability } from "../pod/pod-state.ts";
import { statusUpdate } from "../status-update.ts";
import { dataHash } from "../template-hash/template-hash.ts";
import { waking } from "../time.ts";
import { CLAIMS, claimConflicts, claimCreations, claimOwners, claimsAreLeaving, leavingClaims } from "./claims.ts";
import { identityLabels, ordinalOf, podName, REVISION, statefulPod } from "./stateful-pod.ts";

const RESOURCE = "statefulsets.apps";
const PRIMARY = { resource: RESOURCE, kind: "StatefulSet", apiVersion: "apps/v1" };
const HASH_LABEL = "controller.kubernetes.io/hash";
const selectorOf = (object: Stored<KubeObject>) => (object as Stored<StatefulSet>).spec.selector;

export const statefulSetController: Controller = {
  name: "statefulset-controller",
  reads: [RESOURCE, REVISIONS, "pods", CLAIMS],
  writes: [RESOURCE, REVISIONS, "pods", CLAIMS],
  itemsOf(change) {
    if (change.resource === RESOURCE) return [itemKey(change.object)];
    return change.resource === CLAIMS ? waitingFor(change) : ownersOf(change, PRIMARY, selectorOf);
  },
  reconcile(item, context) {
    const { namespace, name } = splitItem(item);
    const set = context.snapshot.get<StatefulSet>(RESOURCE, namespace, name);
    return set ? planStatefulSet(set, context) : settled;
  },
};

/** A pod waits until claims of its name that are on their way out are gone. */
function waitingFor({ object, deleted, snapshot }: ObjectChange): readonly string[] {
  if (!deleted) return [];
  const { namespace = "", name } = object.metadata;
  const claims = (set: Stored<StatefulSet>) =>
    (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => `${metadata.name}-${set.metadata.name}-`);
  return snapshot
    .list<StatefulSet>(RESOURCE, namespace)
    .filter((set) => claims(set).some((prefix) => name.startsWith(prefix)))
    .map(itemKey);
}

interface Revisions {
  readonly current: Stored<ControllerRevision>;
  readonly update: Stored<ControllerRevision>;
}

interface Scene {
  readonly set: Stored<StatefulSet>;
  readonly revisions: Revisions;
  /** By ordinal, those the set asks for and those it does not. */
  readonly pods: ReadonlyMap<number, Stored<Pod>>;
  readonly snapshot: Snapshot;
  readonly now: number;
}

const revisionOf = (pod: Pod) => pod.metadata.labels?.[REVISION];
const isOrdered = ({ spec }: StatefulSet) => spec.podManagementPolicy !== "Parallel";
const startOf = ({ spec }: StatefulSet) => spec.ordinals?.start ?? 0;
const isHealthy = (pod: Pod) => pod.status.phase === "Running" && isReady(pod) && !pod.metadata.deletionTimestamp;

function planStatefulSet(set: Stored<StatefulSet>, context: ReconcileContext): Plan {
  const { snapshot, now } = context;
  const mine = (pod: KubeObject) => ordinalOf(set, pod) !== undefined;
  const claimed = claim<Pod>(snapshot, "pods", set, { selector: set.spec.selector, adoptable: mine });
  if (claimed.effects.length > 0) return { effects: claimed.effects };
  const limit = set.spec.revisionHistoryLimit ?? 10;
  const { template, selector } = set.spec;
  const { collisionCount = 0 } = set.status;
  const labelsOf = ({ first }: { first: string }) => ({ [HASH_LABEL]: first });
  const hashOf = (data: unknown, count = 0) => dataHash(data, count);
  const history = historyOf(set, { template, selector, collisionCount, hashOf, labelsOf }, snapshot);
  if ("effects" in history) return { effects: [...history.effects, ...collided(set, history.collisionCount)] };
  const { update, all } = history;
  const current = all.find(({ metadata }) => metadata.name === set.status.currentRevision) ?? update;
  const pods = new Map<number, Stored<Pod>>();
  for (const pod of claimed.owned) {
    const ordinal = ordinalOf(set, pod);
    if (ordinal !== undefined) pods.set(ordinal, pod);
  }
  const scene: Scene = { set, revisions: { current, update }, pods, snapshot, now };
  const turn = set.metadata.deletionTimestamp ? NOTHING : planTurn(scene);
  const status = statusUpdate(RESOURCE, set, statusOf(scene));
  const live = new Set([
    current.metadata.name,
    update.metadata.name,
    ...claimed.owned.map((pod) => revisionOf(pod) ?? ""),
  ]);
  const unused = turn.length > 0 || set.metadata.deletionTimestamp ? [] : unusedRevisions(all, live);
  const trimmed = trimHistory(unused, unused.length - limit);
  return {
    // What keeps a pod from being made does not keep the others from being counted.
    effects: [...(context.failure ? [...status, ...turn] : [...turn, ...status]), ...trimmed],
    events: [
      ...(set.metadata.deletionTimestamp ? [] : heldUp(scene)),
      ...[...pods].flatMap(([ordinal, pod]) => (isWaiting(pod) ? claimConflicts(scene, ordinal) : [])),
    ],
    ...waking(nextAvailability(claimed.owned, set.spec.minReadySeconds ?? 0, now)),
  };
}

const NOTHING: readonly Effect[] = [];

const collided = (set: Stored<StatefulSet>, collisionCount: number | undefined): readonly Effect[] =>
  collisionCount === undefined ? NOTHING : statusUpdate(RESOURCE, set, { ...set.status, collisionCount });

/** One step of an ordered set, as many as there are of a parallel one. */
function planTurn(scene: Scene): readonly Effect[] {
  const { set, pods, now } = scene;
  const { minReadySeconds = 0 } = set.spec;
  const effects: Effect[] = [];
  const first = startOf(set);
  const last = first + (set.spec.replicas ?? 1) - 1;
  for (let ordinal = first; ordinal <= last; ordinal++) {
    const pod = pods.get(ordinal);
    if (!pod) effects.push(...creation(scene, ordinal));
    else if (isTerminated(pod)) {
      if (pod.metadata.deletionTimestamp === undefined) effects.push(removal(set, pod));
    } else effects.push(...missingClaims(scene, ordinal, pod), ...invariants(scene, ordinal, pod));
    const settledOne = pod && !isTerminated(pod) && isHealthy(pod) && isAvailable(pod, minReadySeconds, now);
    if (isOrdered(set) && !settledOne) return effects;
  }
  const condemned = [...pods].filter(([ordinal]) => ordinal < first || ordinal > last).sort(([a], [b]) => b - a);
  const sound = (pod: Pod) => isHealthy(pod) && isAvailable(pod, minReadySeconds, now);
  const [, firstBroken] = condemned.findLast(([, pod]) => !sound(pod)) ?? [];
  for (const [ordinal, pod] of condemned) {
    if (pod.metadata.deletionTimestamp) {
      if (isOrdered(set)) return effects;
      continue;
    }
    // In order, of several that are broken the lowest goes first, and only that one.
    if (isOrdered(set) && !sound(pod) && pod !== firstBroken) return effects;
    effects.push(...claimOwners(scene, ordinal, pod), removal(set, pod));
    if (isOrdered(set)) return effects;
  }
  if (effects.length > 0 || set.spec.updateStrategy?.type === "OnDelete") return effects;
  return planUpdate(scene, first, last);
}

/** Of pods whose turn it is, and whose claims are those that are being deleted. */
function heldUp(scene: Scene): readonly EventRecord[] {
  const { set, pods, now } = scene;
  const { minReadySeconds = 0, replicas = 1 } = set.spec;
  const ordinals = [...Array(replicas).keys()].map((i) => startOf(set) + i);
  const isSettled = (pod: Pod | undefined) => pod && isHealthy(pod) && isAvailable(pod, minReadySeconds, now);
  const next = ordinals.find((ordinal) => !isSettled(pods.get(ordinal)));
  return ordinals.flatMap((ordinal): EventRecord[] => {
    if (pods.has(ordinal) || (isOrdered(set) && ordinal !== next)) return [];
    const why = leavingClaims(scene, ordinal);
    const text = `Create Pod ${podName(set, ordinal)} in StatefulSet ${set.metadata.name}`;
    return why
      ? [{ about: set, type: "Warning", reason: "FailedCreate", message: `${text} failed error: ${why}` }]
      : [];
  });
}

/** Replaces pods of another revision, from the highest ordinal down to the partition. */
function planUpdate({ set, pods, revisions, now }: Scene, first: number, last: number): readonly Effect[] {
  const { partition = 0, maxUnavailable = 1 } = set.spec.updateStrategy?.rollingUpdate ?? {};
  const { minReadySeconds = 0, replicas = 1 } = set.spec;
  const sound = (pod: Pod | undefined) => pod !== undefined && isHealthy(pod) && isAvailable(pod, minReadySeconds, now);
  let allowed = Math.max(1, scaledValue(maxUnavailable, replicas, "down"));
  const effects: Effect[] = [];
  for (let ordinal = last; ordinal >= first + partition && allowed > 0; ordinal--) {
    const pod = pods.get(ordinal);
    if (pod && revisionOf(pod) !== revisions.update.metadata.name && !pod.metadata.deletionTimestamp) {
      effects.push(removal(set, pod));
      allowed--;
    } else if (!sound(pod)) allowed--;
  }
  return effects;
}

/** Below the partition, and while a rollout without one goes on, pods are made as they were. */
function templateFor({ set, revisions }: Scene, ordinal: number): { template: PodTemplateSpec; revision: string } {
  const { current, update } = revisions;
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  const kept = rollingUpdate ? (rollingUpdate.partition ?? 0) : (set.status.currentReplicas ?? 0);
  const isCurrent = type !== "OnDelete" && current !== update && ordinal < startOf(set) + kept;
  const chosen = isCurrent ? current : update;
  return { template: templateOf(chosen) ?? set.spec.template, revision: chosen.metadata.name };
}

function creation(scene: Scene, ordinal: number): readonly Effect[] {
  const { set } = scene;
  const namespace = set.metadata.namespace ?? "";
  const name = podName(set, ordinal);
  if (claimsAreLeaving(scene, ordinal)) return [];
  const text = `Create Pod ${name} in StatefulSet ${set.metadata.name}`;
  const pod: Effect = {
    op: "create",
    resource: "pods",
    namespace,
    object: statefulPod(set, ordinal, templateFor(scene, ordinal)),
    record: {
      about: set,
      success: { reason: "SuccessfulCreate", message: `${text} successful` },
      // A pod of that name is waited for in silence.
      failure: { reason: "FailedCreate", message: `${text} failed error: {message}`, unless: "AlreadyExists" },
    },
  };
  return [...claimCreations(scene, ordinal), pod, ...claimOwners(scene, ordinal, undefined)];
}

/** Claims that went missing while their pod waits for them are made again. */
const missingClaims = (scene: Scene, ordinal: number, pod: Stored<Pod>): readonly Effect[] =>
  isWaiting(pod) ? claimCreations(scene, ordinal) : [];

const isWaiting = ({ status, metadata }: Pod) => status.phase === "Pending" && !metadata.deletionTimestamp;

/** Labels by which a pod is known, and the owners of its claims, are kept as they should be. */
function invariants(scene: Scene, ordinal: number, pod: Stored<Pod>): readonly Effect[] {
  const { set } = scene;
  const text = `Update Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
  const record = {
    about: set,
    success: { reason: "SuccessfulUpdate", message: `${text} successful` },
    failure: { reason: "FailedUpdate", message: `${text} failed error: {message}` },
  };
  const labels = identityLabels(set, ordinal);
  const owners = claimOwners(scene, ordinal, undefined).map(
    (effect, i): Effect => (i === 0 ? { ...effect, record } : effect),
  );
  if (carries(pod.metadata.labels, labels) || pod.metadata.deletionTimestamp) return owners;
  const named: Effect = {
    op: "patch",
    resource: "pods",
    namespace: pod.metadata.namespace ?? "",
    name: pod.metadata.name,
    type: "application/merge-patch+json",
    patch: { metadata: { uid: pod.metadata.uid, labels } },
    record,
  };
  return [named, ...owners];
}

function removal(set: Stored<StatefulSet>, pod: Stored<Pod>): Effect {
  const text = `Delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
  return {
    op: "delete",
    resource: "pods",
    namespace: pod.metadata.namespace ?? "",
    name: pod.metadata.name,
    uid: pod.metadata.uid,
    record: {
      about: set,
      success: { reason: "SuccessfulDelete", message: `${text} successful` },
      failure: { reason: "FailedDelete", message: `${text} failed error: {message}` },
    },
  };
}

function statusOf({ set, pods, revisions, now }: Scene): StatefulSetStatus {
  const { minReadySeconds = 0 } = set.spec;
  const first = startOf(set);
  const last = first + (set.spec.replicas ?? 1) - 1;
  const present = [...pods].filter(([, pod]) => !isTerminated(pod));
  const alive = present.map(([, pod]) => pod).filter(({ metadata }) => !metadata.deletionTimestamp);
  const count = (of: (pod: Stored<Pod>) => boolean) => alive.filter(of).length;
  const healthy = (pod: Pod) => pod.status.phase === "Running" && isReady(pod);
  const ready = present.filter(([, pod]) => healthy(pod)).length;
  const updated = count((pod) => revisionOf(pod) === revisions.update.metadata.name);
  const current = count((pod) => revisionOf(pod) === revisions.current.metadata.name);
  const replicas = present.length;
  const inRange = present.every(([ordinal]) => ordinal >= first && ordinal <= last);
  const rolled =
    set.spec.updateStrategy?.type !== "OnDelete" &&
    updated === replicas &&
    ready === replicas &&
    inRange &&
    replicas === (set.spec.replicas ?? 1);
  const currentReplicas = rolled ? updated : current;
  return {
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    replicas,
    ...(ready ? { readyReplicas: ready } : {}),
    ...(currentReplicas ? { currentReplicas } : {}),
    ...(updated ? { updatedReplicas: updated } : {}),
    currentRevision: rolled ? revisions.update.metadata.name : revisions.current.metadata.name,
    updateRevision: revisions.update.metadata.name,
    collisionCount: set.status.collisionCount ?? 0,
    availableReplicas: present.filter(([, pod]) => healthy(pod) && isAvailable(pod, minReadySeconds, now)).length,
    ...(set.status.conditions ? { conditions: set.status.conditions } : {}),
  };
}
