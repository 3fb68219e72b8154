/**
 * How long a Job waits before it makes pods again: 10 s after a failure, twice as long after each further one, until a
 * pod succeeds. The failures are remembered, since pods are gone before the wait is over.
 */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { endOf } from "./job-pods.ts";

const FIRST_MS = 10_000;
const LONGEST_MS = 600_000;
/** More failures than these lengthen no wait. */
const REMEMBERED = 8;

export interface Failure {
  readonly uid: string;
  /** ms */
  readonly at: number;
}

/** Adds what ended of late to the failures since the last success; the same value where nothing did. */
export function failuresSince(
  known: readonly Failure[],
  ended: { readonly succeeded: readonly Stored<Pod>[]; readonly failed: readonly Stored<Pod>[] },
): readonly Failure[] {
  const lastSuccess = Math.max(Number.NEGATIVE_INFINITY, ...ended.succeeded.map(endOf));
  const fresh = ended.failed
    .filter(({ metadata: { uid } }) => !known.some((each) => each.uid === uid))
    .map((pod) => ({ uid: pod.metadata.uid, at: endOf(pod) }));
  const all = [...known, ...fresh].filter(({ at }) => at > lastSuccess);
  if (fresh.length === 0 && all.length === known.length) return known;
  return all.toSorted((a, b) => a.at - b.at).slice(-REMEMBERED);
}

/** When the waiting is over (ms). */
export const endOfBackoff = (failures: readonly Failure[]): number =>
  failures.length === 0 ? 0 : Math.max(...failures.map(({ at }) => at)) + backoffAfter(failures.length);

export const backoffAfter = (failures: number): number => Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
