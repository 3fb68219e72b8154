/**
 * When a container is asked next, and which answers count. The kubelet asks once a period, from a time on that the container has no
 * part in: so it does not count that one that has just started does not answer yet. One that is not ready is asked more often, and
 * ready as soon as it can be.
 */
import type { ProbeKind } from "../pod/local.ts";

/** Doubled each time until it is the period. */
const FIRST_HURRY_MS = 250;

export interface Pace {
  /** A failure from then on counts. */
  readonly due: number;
  readonly hurryMs: number;
}

/**
 * Of a container that has run for so long, or has just passed its startup probe; `now` and all times by a clock that
 * nobody sets.
 */
export function beginPace(
  kind: ProbeKind,
  { periodMs, ageMs }: { periodMs: number; ageMs: number },
  now: number,
): Pace {
  const due = now + Math.max(0, periodMs - Math.max(0, ageMs));
  // That it is not alive is to be noticed, and not that it is.
  return { due, hurryMs: kind === "liveness" ? periodMs : FIRST_HURRY_MS };
}

export const counts = ({ due }: Pace, { askedAt, ok }: { askedAt: number; ok: boolean }): boolean =>
  ok || askedAt >= due;

/** After an answer to what was asked then; `askAt` is when to ask again. */
export function nextPace(
  pace: Pace,
  asked: { askedAt: number; ok: boolean },
  periodMs: number,
): Pace & { readonly askAt: number } {
  const due = counts(pace, asked) ? asked.askedAt + periodMs : pace.due;
  const hurryMs = asked.ok ? periodMs : pace.hurryMs;
  return { due, hurryMs: Math.min(hurryMs * 2, periodMs), askAt: Math.min(asked.askedAt + hurryMs, due) };
}
