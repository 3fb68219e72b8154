/**
 * When a container is probed next, and which results count. The kubelet probes once per period, at times unrelated to
 * the container; so a container that has just started and does not respond yet is not counted as failing. One that is
 * not ready is probed more often, and becomes ready as soon as possible.
 */
import type { ProbeKind } from "./probe-outcome.ts";

/** Doubled each time, up to the period. */
const FIRST_HURRY_MS = 250;

export interface Pace {
  /** From then on failures count. */
  readonly due: number;
  readonly hurryMs: number;
}

/**
 * For a container that has run for this long, or has just passed its startup probe; `now` and all times are on a
 * monotonic clock.
 */
export function beginPace(
  kind: ProbeKind,
  { periodMs, ageMs }: { periodMs: number; ageMs: number },
  now: number,
): Pace {
  const due = now + Math.max(0, periodMs - Math.max(0, ageMs));
  // It matters to notice that a container is not alive, not that it is.
  return { due, hurryMs: kind === "liveness" ? periodMs : FIRST_HURRY_MS };
}

export const counts = ({ due }: Pace, { probedAt, ok }: { probedAt: number; ok: boolean }): boolean =>
  ok || probedAt >= due;

/** The pace after a result; `askAt` is when to probe again. */
export function nextPace(
  pace: Pace,
  requested: { probedAt: number; ok: boolean },
  periodMs: number,
): Pace & { readonly probeAt: number } {
  const due = counts(pace, requested) ? requested.probedAt + periodMs : pace.due;
  const hurryMs = requested.ok ? periodMs : pace.hurryMs;
  return { due, hurryMs: Math.min(hurryMs * 2, periodMs), probeAt: Math.min(requested.probedAt + hurryMs, due) };
}
