/**
 * How many replicas each replica set should have next. Pure arithmetic, in Kubernetes' order: scale proportionally if
 * the size changed during a rollout, otherwise grow the new set and shrink the old ones.
 */
import type { Deployment, ReplicaSet } from "../../../api/generated/apps.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { DESIRED_REPLICAS, MAX_REPLICAS } from "./annotations.ts";
import { actualReplicas, boundsOf, byAge, replicasOf, specReplicas } from "./rollout.ts";

export interface Resize {
  readonly replicaSet: Stored<ReplicaSet>;
  readonly replicas: number;
  /** The size that an earlier step of the same plan leaves it with. */
  readonly from?: number;
}

type Sets = readonly Stored<ReplicaSet>[];

const active = (sets: Sets): Sets => sets.filter((each) => replicasOf(each) > 0);
const annotatedReplicas = (set: ReplicaSet, key: string): number | undefined => {
  const value = set.metadata.annotations?.[key] ?? "";
  return /^\d+$/.test(value) ? Number(value) : undefined;
};

/** Whether the deployment's size differs from the one that its replica sets were last scaled for. */
export const wasResized = (deployment: Deployment, sets: Sets): boolean =>
  active(sets).some((each) => {
    const desired = annotatedReplicas(each, DESIRED_REPLICAS);
    return desired !== undefined && desired !== replicasOf(deployment);
  });

const isSaturated = (deployment: Deployment, set: ReplicaSet | undefined): boolean =>
  set !== undefined &&
  replicasOf(set) === replicasOf(deployment) &&
  annotatedReplicas(set, DESIRED_REPLICAS) === replicasOf(deployment) &&
  (set.status.availableReplicas ?? 0) === replicasOf(deployment);

/** Follows a change of the deployment's size without continuing the rollout. */
export function planResize(
  deployment: Deployment,
  newest: Stored<ReplicaSet> | undefined,
  old: Sets,
): readonly Resize[] {
  const replicas = replicasOf(deployment);
  const single = activeOrLatest(newest, old);
  if (single) return replicasOf(single) === replicas ? [] : [{ replicaSet: single, replicas }];
  if (isSaturated(deployment, newest)) return active(old).map((replicaSet) => ({ replicaSet, replicas: 0 }));
  if (deployment.spec.strategy?.type === "Recreate") return [];
  return proportional(deployment, active(newest ? [...old, newest] : old));
}

/** The only replica set with replicas, or the newest if none has any. */
function activeOrLatest(newest: Stored<ReplicaSet> | undefined, old: Sets): Stored<ReplicaSet> | undefined {
  const all = newest ? [...old, newest] : old;
  const running = active(all);
  if (running.length > 1) return undefined;
  return running[0] ?? newest ?? old.toSorted(byAge).at(-1);
}

function proportional(deployment: Deployment, sets: Sets): readonly Resize[] {
  const total = specReplicas(sets);
  const { surge } = boundsOf(deployment);
  const allowed = replicasOf(deployment) > 0 ? replicasOf(deployment) + surge : 0;
  const toAdd = allowed - total;
  // Growing starts with the newest of the largest, shrinking with the oldest of the largest.
  const age = (a: Stored<ReplicaSet>, b: Stored<ReplicaSet>) => (toAdd > 0 ? byAge(b, a) : byAge(a, b));
  const bySize = sets.toSorted((a, b) => replicasOf(b) - replicasOf(a) || age(a, b));
  let added = 0;
  const sizes = bySize.map((replicaSet) => {
    const share = shareOf(replicaSet, deployment, { toAdd, added, allowed });
    added += share;
    return { replicaSet, replicas: replicasOf(replicaSet) + share };
  });
  return sizes.map(({ replicaSet, replicas }, position) => ({
    replicaSet,
    // The first set gets what rounding left over.
    replicas: position === 0 ? Math.max(0, replicas + toAdd - added) : replicas,
  }));
}

function shareOf(
  set: ReplicaSet,
  deployment: Deployment,
  { toAdd, added, allowed }: { toAdd: number; added: number; allowed: number },
): number {
  if (toAdd === added) return 0;
  const size = replicasOf(set);
  const before = annotatedReplicas(set, MAX_REPLICAS) || deployment.status.replicas;
  if (!before && allowed > 0) return 0;
  const share = roundHalfAway((size * allowed) / (before || 1)) - size;
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
}

/** Rounds like Go: halves away from zero. */
const roundHalfAway = (value: number) => Math.sign(value) * Math.floor(Math.abs(value) + 0.5);

/** The replicas that a new replica set may have now. */
export function newestSize(deployment: Deployment, newest: ReplicaSet | undefined, all: Sets): number {
  const wanted = replicasOf(deployment);
  if (deployment.spec.strategy?.type === "Recreate") return wanted;
  const current = newest ? replicasOf(newest) : 0;
  if (current >= wanted) return wanted;
  const roomBeside = (pods: number) =>
    Math.max(0, Math.min(wanted + boundsOf(deployment).surge - pods, wanted - current));
  const room = roomBeside(specReplicas(all));
  // A set that was scaled down still has its pods until it has deleted them. Replacements are created only after that,
  // and then at once.
  const there = all.reduce((sum, each) => sum + Math.max(replicasOf(each), each.status.replicas ?? 0), 0);
  return roomBeside(there) < room ? current : current + room;
}

/** Scales down old sets as far as availability allows: unhealthy pods first, then healthy ones. */
export function planShrink(deployment: Deployment, newest: Stored<ReplicaSet>, old: Sets): readonly Resize[] {
  const all = [...old, newest];
  const minAvailable = replicasOf(deployment) - boundsOf(deployment).unavailable;
  const newestUnavailable = replicasOf(newest) - (newest.status.availableReplicas ?? 0);
  const removable = specReplicas(all) - minAvailable - newestUnavailable;
  const oldest = active(old).toSorted(byAge);
  const broken = takeFrom(
    oldest.map((replicaSet) => ({ replicaSet, size: replicasOf(replicaSet) })),
    removable,
    (set, size) => size - (set.status.availableReplicas ?? 0),
  );
  const without = new Map(broken.map(({ replicaSet, replicas }) => [replicaSet, replicas]));
  const taken = broken.reduce((sum, { replicaSet, replicas }) => sum + replicasOf(replicaSet) - replicas, 0);
  const working = takeFrom(
    oldest.map((replicaSet) => ({ replicaSet, size: without.get(replicaSet) ?? replicasOf(replicaSet) })),
    removable - taken,
    (_, size) => size,
  );
  // Each is a separate step, with an event of its own.
  return [
    ...broken,
    ...working.map((each) => {
      const from = without.get(each.replicaSet);
      return from === undefined ? each : { ...each, from };
    }),
  ];
}

function takeFrom(
  sets: readonly { readonly replicaSet: Stored<ReplicaSet>; readonly size: number }[],
  atMost: number,
  limit: (set: ReplicaSet, size: number) => number,
): readonly Resize[] {
  let left = atMost;
  return sets.flatMap(({ replicaSet, size }) => {
    const take = Math.max(0, Math.min(left, limit(replicaSet, size), size));
    left -= take;
    return take === 0 ? [] : [{ replicaSet, replicas: size - take }];
  });
}

/** Whether a Recreate may create its new pods: nothing old runs any more. */
export const oldAreGone = (old: Sets): boolean => specReplicas(old) === 0 && actualReplicas(old) === 0;
