/** Controllers never have more pods than they should, and a StatefulSet has them in order. */

import type { StatefulSet } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { STOPPED_MS, UNDER_WAY_MS } from "../behind.ts";
import type { ClusterState } from "../cluster-state.ts";
import { about, type Moment, type Rule } from "../history.ts";
import { isAlive, isReady, isTrue, ownerOf, podsOf } from "../pods.ts";

/** A pod was created for a ReplicaSet, a Job or a DaemonSet. */
export const replicas = (): Rule => {
  /** When a size last changed (ms). */
  const resized = new Map<string, number>();
  return function* (moment) {
    const { object, previous, type, at, before } = moment;
    const sizeOf = (each: object | undefined) => {
      const { spec } = (each ?? {}) as { spec?: { replicas?: number; parallelism?: number } };
      return spec?.replicas ?? spec?.parallelism;
    };
    if (previous && sizeOf(object) !== sizeOf(previous)) resized.set(object.metadata.uid, at);
    const owner = ownerOf(object);
    if (moment.resource !== "pods" || type !== "ADDED" || !owner) return;
    if (at - (resized.get(owner.uid) ?? 0) < STOPPED_MS) return;
    const { namespace = "" } = object.metadata;
    const found =
      owner.kind === "ReplicaSet"
        ? before.get("replicasets.apps", namespace, owner.name)
        : owner.kind === "Job"
          ? before.get("jobs.batch", namespace, owner.name)
          : undefined;
    if (!found || found.metadata.uid !== owner.uid) return;
    if (isTrue(found, "Complete") || isTrue(found, "Failed")) yield `${owner.kind} ${owner.name} had ended`;
    const alive = podsOf(before, found).filter(isAlive).length + 1;
    const most = sizeOf(found) ?? 1;
    if (alive > most) yield `${owner.kind} ${owner.name} has ${alive} pods of ${most}`;
  };
};

export const daemons = (): Rule =>
  about("pods", function* ({ type, object, before }) {
    const owner = ownerOf(object);
    if (type !== "ADDED" || owner?.kind !== "DaemonSet") return;
    const set = before.get("daemonsets.apps", object.metadata.namespace ?? "", owner.name);
    if (!set || set.metadata.uid !== owner.uid) return;
    const placeOf = ({ spec }: Pod) => JSON.stringify(spec.affinity);
    const there = podsOf(before, set).filter((pod) => isAlive(pod) && placeOf(pod) === placeOf(object));
    const most = set.spec.updateStrategy?.rollingUpdate?.maxSurge ? 2 : 1;
    if (there.length + 1 > most) yield `DaemonSet ${owner.name} has ${there.length + 1} pods for one node`;
  });

export const ordinals = (): Rule => {
  /** When a pod of a namespace last ceased to be ready (ms). */
  const unready = new Map<string, number>();
  return about("pods", function* ({ type, object, previous, at, before }) {
    const { namespace = "" } = object.metadata;
    if (previous && isReady(previous) && !(isReady(object) && isAlive(object) && type !== "DELETED"))
      unready.set(namespace, at);
    const owner = ownerOf(object);
    if (type !== "ADDED" || owner?.kind !== "StatefulSet") return;
    const set = before.get("statefulsets.apps", namespace, owner.name);
    if (!set || set.metadata.uid !== owner.uid || set.spec.podManagementPolicy === "Parallel") return;
    const unreadyAt = unready.get(namespace) ?? Number.NEGATIVE_INFINITY;
    if (Date.parse(object.metadata.creationTimestamp) - unreadyAt < UNDER_WAY_MS) return;
    yield* unreadyBefore(set, object, before);
  });
};

function* unreadyBefore(set: Stored<StatefulSet>, pod: Stored<Pod>, before: ClusterState): Iterable<string> {
  const { name, namespace = "" } = set.metadata;
  const first = set.spec.ordinals?.start ?? 0;
  const own = Number(pod.metadata.name.slice(name.length + 1));
  for (let ordinal = first; ordinal < own; ordinal++) {
    const other = before.get("pods", namespace, `${name}-${ordinal}`);
    if (!other || !isAlive(other) || !isReady(other)) yield `${name}-${ordinal} was not ready`;
  }
}

export const concurrency = (): Rule =>
  about("jobs.batch", function* ({ type, object, before }: Moment) {
    const owner = ownerOf(object);
    if (type !== "ADDED" || owner?.kind !== "CronJob") return;
    const { namespace = "" } = object.metadata;
    if (before.get("cronjobs.batch", namespace, owner.name)?.spec.concurrencyPolicy !== "Forbid") return;
    const running = before
      .list("jobs.batch", namespace)
      .filter((job) => ownerOf(job)?.uid === owner.uid && !isTrue(job, "Complete") && !isTrue(job, "Failed"));
    if (running.length > 0) yield `CronJob ${owner.name} forbids it while ${running[0]?.metadata.name} runs`;
  });
