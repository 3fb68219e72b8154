/**
 * Counts a Job's ended pods, each exactly once: a pod's uid is recorded in status.uncountedTerminatedPods, its
 * finalizer is removed, and only then does the counter rise and the record go. Whatever is interrupted in between
 * resumes from there.
 */
import type { Job } from "../../../api/generated/batch.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { Indexes } from "./indexes.ts";
import { endOf, failed, indexFailures, indexIgnored, indexOf, isIndexed, isTracked, succeeded } from "./job-pods.ts";
import { verdictOf } from "./pod-failure-policy.ts";

export interface Tally {
  /** Counted for good: pods whose finalizer is gone. */
  readonly counted: { readonly succeeded: number; readonly failed: number };
  /** Recorded, with finalizers still present. */
  readonly noted: { readonly succeeded: readonly string[]; readonly failed: readonly string[] };
  /** Ended pods that are in no count yet. */
  readonly fresh: { readonly succeeded: readonly Stored<Pod>[]; readonly failed: readonly Stored<Pod>[] };
  /** The same, plus those that the status never records: successes of indexed jobs, ignored and held failures. */
  readonly ended: { readonly succeeded: readonly Stored<Pod>[]; readonly failed: readonly Stored<Pod>[] };
  /** All successes and failures, counted or not; for indexed jobs, of indexes. */
  readonly succeeded: number;
  readonly failed: number;
  readonly succeededIndexes: Indexes;
  readonly failedIndexes: Indexes | undefined;
  /** Ended pods that the failure policy ignores. */
  readonly ignored: readonly Stored<Pod>[];
  /** The last failed pod of an index that will be retried: it carries the index's failure count. */
  readonly held: ReadonlyMap<number, Stored<Pod>>;
}

export function tallyPods(job: Stored<Job>, pods: readonly Stored<Pod>[]): Tally {
  const { status } = job;
  const completions = job.spec.completions ?? 0;
  const uncounted = status.uncountedTerminatedPods ?? {};
  const tracked = new Map(pods.filter(isTracked).map((pod) => [pod.metadata.uid, pod]));
  const stillTracked = (uids: readonly string[] = []) => uids.filter((uid) => tracked.has(uid));
  const noted = { succeeded: stillTracked(uncounted.succeeded), failed: stillTracked(uncounted.failed) };
  const counted = {
    succeeded: (status.succeeded ?? 0) + (uncounted.succeeded ?? []).length - noted.succeeded.length,
    failed: (status.failed ?? 0) + (uncounted.failed ?? []).length - noted.failed.length,
  };
  const known = new Set([...noted.succeeded, ...noted.failed]);
  const unknown = [...tracked.values()].filter((pod) => !known.has(pod.metadata.uid));
  const belongs = (pod: Pod) => !isIndexed(job) || indexOf(pod, completions) !== undefined;
  const failures = unknown.filter((pod) => failed(pod, job) && belongs(pod));
  const ignored = failures.filter((pod) => verdictOf(job, pod).action === "Ignore");
  const successes = unknown.filter((pod) => succeeded(pod) && belongs(pod));
  const ofPods = isIndexed(job) ? pods.filter((pod) => succeeded(pod) && isTracked(pod)) : [];
  const succeededIndexes = Indexes.parse(status.completedIndexes, completions).with(
    ofPods.flatMap((pod) => indexOf(pod, completions) ?? []),
  );
  const perIndex = failedPerIndex(job, pods, succeededIndexes);
  // Nothing replaces the pods of a job that is being deleted.
  const held = job.metadata.deletionTimestamp ? undefined : perIndex?.held;
  const heldPods = new Set(held?.values());
  const counting = failures.filter((pod) => !ignored.includes(pod) && !heldPods.has(pod));
  return {
    counted,
    noted,
    // Successes of indexed jobs are counted by index.
    fresh: { succeeded: isIndexed(job) ? [] : successes, failed: counting },
    ended: { succeeded: successes, failed: failures },
    succeeded: isIndexed(job) ? succeededIndexes.size : counted.succeeded + noted.succeeded.length + successes.length,
    failed: counted.failed + noted.failed.length + failures.length - ignored.length,
    succeededIndexes,
    failedIndexes: perIndex?.failed,
    ignored: ignored.filter((pod) => !heldPods.has(pod)),
    held: held ?? new Map(),
  };
}

function failedPerIndex(job: Stored<Job>, pods: readonly Stored<Pod>[], done: Indexes) {
  const limit = job.spec.backoffLimitPerIndex;
  if (!isIndexed(job) || limit === undefined) return undefined;
  const completions = job.spec.completions ?? 0;
  const endsIndex = (pod: Stored<Pod>) => {
    const { action } = verdictOf(job, pod);
    return action === "FailIndex" || (action !== "Ignore" && indexFailures(pod) >= limit);
  };
  const ended: number[] = [];
  const last = new Map<number, Stored<Pod>>();
  const replaced = new Set<number>();
  for (const pod of pods) {
    const index = indexOf(pod, completions);
    if (index === undefined || done.has(index)) continue;
    if (!failed(pod, job)) replaced.add(index);
    if (!failed(pod, job) || !isTracked(pod)) continue;
    if (endsIndex(pod)) ended.push(index);
    if (isLater(pod, last.get(index))) last.set(index, pod);
  }
  const all = Indexes.parse(job.status.failedIndexes, completions).with(ended);
  return { failed: all, held: new Map([...last].filter(([index]) => !replaced.has(index) && !all.has(index))) };
}

/** Whether a pod of an index took the place of the other one. */
function isLater(pod: Pod, other: Pod | undefined): boolean {
  if (!other) return true;
  const attempt = (of: Pod) => indexFailures(of) + indexIgnored(of);
  return attempt(pod) === attempt(other) ? endOf(pod) >= endOf(other) : attempt(pod) > attempt(other);
}
