/** What to do next with a StatefulSet's pods, in order. */
import type { StatefulSet } from "../../../api/generated/apps.v1.ts";
import type { Pod, PodTemplateSpec } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { Effect, EventRecord } from "../controller.ts";
import { templateOf } from "../controller-revisions.ts";
import { scaledValue } from "../int-or-percent.ts";
import { includesLabels } from "../label-selector.ts";
import { isAvailable, isTerminated } from "../pod/pod-state.ts";
import { claimCreations, claimOwners, claimsAreLeaving, leavingClaims } from "./claims.ts";
import { identityLabels, podName, statefulPod } from "./stateful-pod.ts";
import { isHealthy, isOrdered, isWaiting, revisionOf, type StatefulSetState, startOf } from "./stateful-set-state.ts";

/** The most created in one turn: a set may ask for two billion pods. */
const BURST = 500;

/** The last ordinal considered in a turn: as far as existing pods, and those that may be created, can reach. */
const reachOf = ({ set, pods }: StatefulSetState): number =>
  startOf(set) + Math.min(set.spec.replicas ?? 1, pods.size + BURST) - 1;

export interface Turn {
  readonly effects: readonly Effect[];
  /** Pods of an old revision that it deletes. */
  readonly replaced: ReadonlySet<Stored<Pod>>;
}

const turnOf = (effects: readonly Effect[]): Turn => ({ effects, replaced: new Set() });

/** One step of an ordered set; all steps of a parallel one. */
export function planTurn(scene: StatefulSetState): Turn {
  const { set, pods, now } = scene;
  const { minReadySeconds = 0 } = set.spec;
  const effects: Effect[] = [];
  const first = startOf(set);
  const last = first + (set.spec.replicas ?? 1) - 1;
  const reach = reachOf(scene);
  for (let ordinal = first; ordinal <= reach; ordinal++) {
    const pod = pods.get(ordinal);
    const settledOne = pod && !isTerminated(pod) && isHealthy(pod) && isAvailable(pod, minReadySeconds, now);
    if (!pod) effects.push(...creation(scene, ordinal));
    else if (isTerminated(pod)) {
      if (pod.metadata.deletionTimestamp === undefined) effects.push(removal(set, pod));
    } else if (isWaiting(pod))
      effects.push(...claimCreations(scene, ordinal, "waiting"), ...claimOwners(scene, ordinal, undefined));
    if (isOrdered(set) && !settledOne) return turnOf(effects);
    if (pod && !isTerminated(pod)) effects.push(...invariants(scene, ordinal, pod));
  }
  const condemned = [...pods].filter(([ordinal]) => ordinal < first || ordinal > last).sort(([a], [b]) => b - a);
  for (const [ordinal, pod] of condemned) effects.push(...claimOwners(scene, ordinal, pod));
  const sound = (pod: Pod) => isHealthy(pod) && isAvailable(pod, minReadySeconds, now);
  const [, firstBroken] = condemned.findLast(([, pod]) => !sound(pod)) ?? [];
  for (const [, pod] of condemned) {
    if (pod.metadata.deletionTimestamp) {
      if (isOrdered(set)) return turnOf(effects);
      continue;
    }
    // In an ordered set, only the lowest broken pod is replaced.
    if (isOrdered(set) && !sound(pod) && pod !== firstBroken) return turnOf(effects);
    effects.push(removal(set, pod));
    if (isOrdered(set)) return turnOf(effects);
  }
  if (effects.length > 0 || reach < last || set.spec.updateStrategy?.type === "OnDelete") return turnOf(effects);
  return planUpdate(scene, first, last);
}

/** Events for pods whose turn it is, but whose claims are being deleted. */
export function heldUp(scene: StatefulSetState): readonly EventRecord[] {
  const { set, pods, now } = scene;
  const { minReadySeconds = 0 } = set.spec;
  const first = startOf(set);
  const ordinals = Array.from({ length: reachOf(scene) - first + 1 }, (_, i) => first + i);
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
function planUpdate({ set, pods, revisions, now }: StatefulSetState, first: number, last: number): Turn {
  const { partition = 0, maxUnavailable = 1 } = set.spec.updateStrategy?.rollingUpdate ?? {};
  const { minReadySeconds = 0, replicas = 1 } = set.spec;
  const sound = (pod: Pod | undefined) => pod !== undefined && isHealthy(pod) && isAvailable(pod, minReadySeconds, now);
  let allowed = Math.max(1, scaledValue(maxUnavailable, replicas, "down"));
  const replaced = new Set<Stored<Pod>>();
  for (let ordinal = last; ordinal >= first + partition && allowed > 0; ordinal--) {
    const pod = pods.get(ordinal);
    if (pod && revisionOf(pod) !== revisions.update.metadata.name && !pod.metadata.deletionTimestamp) {
      replaced.add(pod);
      allowed--;
    } else if (!sound(pod)) allowed--;
  }
  return { effects: [...replaced].map((pod) => removal(set, pod)), replaced };
}

/** Below the partition, and during a rollout without one, pods are recreated from their old revision. */
function templateFor(
  { set, revisions }: StatefulSetState,
  ordinal: number,
): { template: PodTemplateSpec; revision: string } {
  const { current, update } = revisions;
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  const partition = rollingUpdate ? (rollingUpdate.partition ?? 0) : (set.status.currentReplicas ?? 0);
  const isCurrent = type !== "OnDelete" && current !== update && ordinal < startOf(set) + partition;
  const chosen = isCurrent ? current : update;
  return { template: templateOf(chosen) ?? set.spec.template, revision: chosen.metadata.name };
}

function creation(scene: StatefulSetState, ordinal: number): readonly Effect[] {
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
      // If the pod exists already, its end is awaited without an event.
      failure: { reason: "FailedCreate", message: `${text} failed error: {message}`, unless: "AlreadyExists" },
    },
  };
  return [...claimCreations(scene, ordinal, "new"), pod, ...claimOwners(scene, ordinal, undefined)];
}

/** Restores a pod's identity labels, and the owners of its claims unless it waits for them. */
function invariants(scene: StatefulSetState, ordinal: number, pod: Stored<Pod>): readonly Effect[] {
  const { set } = scene;
  const text = `Update Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
  const record = {
    about: set,
    success: { reason: "SuccessfulUpdate", message: `${text} successful` },
    failure: { reason: "FailedUpdate", message: `${text} failed error: {message}` },
  };
  const labels = identityLabels(set, ordinal);
  const stale = isWaiting(pod) ? [] : claimOwners(scene, ordinal, undefined);
  const owners = stale.map((effect, i): Effect => (i === 0 ? { ...effect, record } : effect));
  if (includesLabels(pod.metadata.labels, labels) || pod.metadata.deletionTimestamp) return owners;
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
