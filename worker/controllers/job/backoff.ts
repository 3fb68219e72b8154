/**
 * The back-off of a Job: 10 s after a failure, doubled by each further one, until a pod succeeds. Failures are
 * remembered, because their pods are gone before the delay is over.
 */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { endOf } from "./job-pods.ts";

/** Between attempts of a write that fails (ms). */
export const API_BACKOFF = { first: 1000, longest: 60_000 };
const FIRST_MS = 10_000;
const MAX_BACKOFF_MS = 600_000;
/** Further failures do not lengthen the delay. */
const REMEMBERED = 8;

export interface Failure {
  readonly uid: string;
  /** ms */
  readonly at: number;
}

/** Adds recent ends of pods to the failures since the last success; returns the same value if there were none. */
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

/** When the back-off ends (ms). */
export const endOfBackoff = (failures: readonly Failure[]): number =>
  failures.length === 0 ? 0 : Math.max(...failures.map(({ at }) => at)) + backoffAfter(failures.length);

export const backoffAfter = (failures: number): number => Math.min(FIRST_MS * 2 ** (failures - 1), MAX_BACKOFF_MS);
