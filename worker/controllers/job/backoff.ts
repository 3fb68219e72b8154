/**
 * The back-off of a Job: 10 s after a failure, doubled by each further one, until a pod succeeds. Failures are
 * remembered, because their pods are gone before the delay is over.
 */
import type { Job } from "../../../api/generated/batch.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { endOf } from "./job-pods.ts";

/** Between attempts of a write that fails (ms). */
export const API_BACKOFF = { first: 1000, longest: 60_000 };
const FIRST_MS = 10_000;
const MAX_BACKOFF_MS = 600_000;
/** Further failures do not lengthen the delay. */
const REMEMBERED = 8;

interface Failure {
  readonly uid: string;
  /** ms */
  readonly at: number;
}

/** The failures of a Job's pods since its last success. */
export interface Failures {
  /** The Job's uid: another one of the same name starts anew. */
  readonly job: string;
  readonly recent: readonly Failure[];
}

export function failuresOf({ metadata: { uid } }: Stored<Job>, remembered: unknown): Failures {
  const known = remembered as Failures | undefined;
  return known?.job === uid ? known : { job: uid, recent: [] };
}

/** Adds recent ends of pods; returns the same value if there were none. */
export function failuresSince(
  known: Failures,
  ended: { readonly succeeded: readonly Stored<Pod>[]; readonly failed: readonly Stored<Pod>[] },
): Failures {
  const lastSuccess = Math.max(Number.NEGATIVE_INFINITY, ...ended.succeeded.map(endOf));
  const fresh = ended.failed
    .filter(({ metadata: { uid } }) => !known.recent.some((each) => each.uid === uid))
    .map((pod) => ({ uid: pod.metadata.uid, at: endOf(pod) }));
  const all = [...known.recent, ...fresh].filter(({ at }) => at > lastSuccess);
  if (fresh.length === 0 && all.length === known.recent.length) return known;
  return { ...known, recent: all.toSorted((a, b) => a.at - b.at).slice(-REMEMBERED) };
}

/** When the back-off ends (ms). */
export const endOfBackoff = ({ recent }: Failures): number =>
  recent.length === 0 ? 0 : Math.max(...recent.map(({ at }) => at)) + backoffAfter(recent.length);

export const backoffAfter = (failures: number): number => Math.min(FIRST_MS * 2 ** (failures - 1), MAX_BACKOFF_MS);
