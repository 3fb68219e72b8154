/** Which pods a running Job should create or delete now. */
import type { Job } from "../../../api/generated/batch.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { Batch, Effect } from "../controller.ts";
import { podRemoval } from "../pod/pod-removal.ts";
import { isTerminated, leastWorthKeeping } from "../pod/pod-state.ts";
import { backoffAfter } from "./backoff.ts";
import {
  endOf,
  indexFailures,
  indexIgnored,
  indexOf,
  isIndexed,
  isTracked,
  newIndexedPod,
  newJobPod,
  replacesOnlyFailed,
  untrack,
} from "./job-pods.ts";
import { verdictOf } from "./pod-failure-policy.ts";
import type { Tally } from "./tally.ts";

/** Maximum creations or deletions per turn. */
const BURST = 500;

export interface PodPlan {
  readonly effects: readonly (Effect | Batch)[];
  readonly removed: number;
  readonly created: number;
  /** Pods are missing, and will be created at this time (ms). */
  readonly waitsUntil?: number;
}

interface Facts {
  readonly active: readonly Stored<Pod>[];
  readonly tally: Tally;
  readonly pods: readonly Stored<Pod>[];
  /** When the job may create pods again after its failures (ms). */
  readonly backoffEnd: number;
  readonly now: number;
}

const NOTHING: PodPlan = { effects: [], removed: 0, created: 0 };

export function planPods(job: Stored<Job>, facts: Facts): PodPlan {
  const { active, tally, now } = facts;
  if (job.spec.suspend) return letGo(job, active, active.length);
  const wanted = wantedActive(job, tally, active.length);
  const surplus = surplusOf(job, active, tally);
  if (surplus.length > 0 || active.length > wanted) {
    const chosen = new Set(surplus);
    const rest = active.filter((pod) => !chosen.has(pod));
    const more = Math.max(0, rest.length - wanted);
    return letGo(job, [...surplus, ...rest.toSorted(leastWorthKeeping)], surplus.length + more);
  }
  const ending = replacesOnlyFailed(job)
    ? facts.pods.filter((pod) => pod.metadata.deletionTimestamp && !isTerminated(pod)).length
    : 0;
  const missing = Math.min(wanted - active.length - ending, BURST);
  if (missing <= 0) return NOTHING;
  const { backoffEnd } = facts;
  if (job.spec.backoffLimitPerIndex === undefined && backoffEnd > now) return { ...NOTHING, waitsUntil: backoffEnd };
  return isIndexed(job) ? createIndexed(job, facts, missing) : creation(job, Array(missing).fill(newJobPod(job)));
}

function wantedActive(job: Job, tally: Tally, active: number): number {
  const { completions, parallelism = 1 } = job.spec;
  // A work queue creates no more pods once one has succeeded, and deletes none.
  if (completions === undefined) return tally.succeeded > 0 ? active : parallelism;
  return Math.max(0, Math.min(completions - tally.succeeded, parallelism));
}

/** Pods whose index another pod has that is worth more, or is done, or is none of the job's. */
function surplusOf(job: Job, active: readonly Stored<Pod>[], tally: Tally): readonly Stored<Pod>[] {
  if (!isIndexed(job)) return [];
  const kept = new Map<number, Stored<Pod>>();
  const surplus: Stored<Pod>[] = [];
  for (const pod of active) {
    const index = indexOf(pod, job.spec.completions ?? 0);
    const other = index === undefined ? undefined : kept.get(index);
    if (index === undefined || tally.succeededIndexes.has(index)) surplus.push(pod);
    else if (other && leastWorthKeeping(pod, other) <= 0) surplus.push(pod);
    else {
      if (other) surplus.push(other);
      kept.set(index, pod);
    }
  }
  return surplus;
}

/** The finalizers of these pods are removed first, so that their end is not counted. */
function letGo(job: Stored<Job>, pods: readonly Stored<Pod>[], count: number): PodPlan {
  const doomed = pods.slice(0, Math.min(count, BURST));
  if (doomed.length === 0) return NOTHING;
  const removals = doomed.map((pod) => podRemoval(job, pod));
  return {
    effects: [
      { op: "batch", effects: doomed.filter(isTracked).map(untrack) },
      { op: "batch", effects: removals },
    ],
    removed: doomed.length,
    created: 0,
  };
}

/** The first missing indexes, except those in back-off; while any is, later indexes are not considered. */
function createIndexed(job: Stored<Job>, { active, tally, pods, now }: Facts, missing: number): PodPlan {
  const completions = job.spec.completions ?? 0;
  const taken = new Set(active.map((pod) => indexOf(pod, completions)));
  if (replacesOnlyFailed(job))
    for (const pod of pods)
      if (pod.metadata.deletionTimestamp && !isTerminated(pod)) taken.add(indexOf(pod, completions));
  const ended = (index: number) => tally.succeededIndexes.lastFrom(index) ?? tally.failedIndexes?.lastFrom(index);
  const made: Pod[] = [];
  const waits: number[] = [];
  for (let index = 0; index < completions && made.length + waits.length < missing; index++) {
    const lastEnded = ended(index);
    // There may be very many.
    if (lastEnded !== undefined) index = lastEnded;
    if (lastEnded !== undefined || taken.has(index)) continue;
    const before = tally.held.get(index);
    const failures = before ? nextFailures(job, before) : { counted: 0, ignored: 0 };
    const until = before ? endOf(before) + backoffAfter(failures.counted + failures.ignored) : 0;
    if (until > now) waits.push(until);
    else made.push(newIndexedPod(job, index, failures));
  }
  if (made.length > 0) return creation(job, made);
  return waits.length > 0 ? { ...NOTHING, waitsUntil: Math.min(...waits) } : NOTHING;
}

function nextFailures(job: Job, before: Pod): { counted: number; ignored: number } {
  const ignored = verdictOf(job, before).action === "Ignore";
  return { counted: indexFailures(before) + (ignored ? 0 : 1), ignored: indexIgnored(before) + (ignored ? 1 : 0) };
}

const creation = (job: Stored<Job>, pods: readonly Pod[]): PodPlan => ({
  effects: [{ op: "batch", slowStart: true, effects: pods.map((pod) => createPod(job, pod)) }],
  removed: 0,
  created: pods.length,
});

const createPod = (job: Stored<Job>, object: Pod): Effect => ({
  op: "create",
  resource: "pods",
  namespace: job.metadata.namespace ?? "",
  object,
  record: {
    about: job,
    success: { reason: "SuccessfulCreate", message: "Created pod: {name}" },
    failure: { reason: "FailedCreate", message: "Error creating: {message}" },
  },
});
