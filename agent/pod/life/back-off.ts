/**
 * Waiting times that double, as the kubelet has them: 10 s to 5 min for containers that end and for image pulls, and
 * forgotten after twice the longest wait without a failure.
 */
export interface BackOff {
  readonly durationMs: number;
  readonly lastFailure: number;
}

const FIRST_BACK_OFF_MS = 10_000;
const LONGEST_BACK_OFF_MS = 300_000;

/** The runtime's clock may be a little ahead of ours. */
const CLOCK_SLACK_MS = 2000;

const isForgotten = (backOff: BackOff, since: number): boolean => since - backOff.lastFailure > 2 * LONGEST_BACK_OFF_MS;

/** The back-off to wait after the next failure, when one that happened at `since` is being retried at `now`. */
export function nextBackOff(previous: BackOff | undefined, since: number, now: number): BackOff {
  const durationMs =
    previous === undefined || isForgotten(previous, since)
      ? FIRST_BACK_OFF_MS
      : Math.min(previous.durationMs * 2, LONGEST_BACK_OFF_MS);
  return { durationMs, lastFailure: now };
}

/** When the wait is over that began with the failure at `since`; undefined where nothing is waited for. */
export function backOffEnd(backOff: BackOff | undefined, since: number, now: number): number | undefined {
  if (backOff === undefined || isForgotten(backOff, since)) return undefined;
  const end = since + backOff.durationMs;
  // A failure that is still to come: the clock was set back, and who waited for it to be as late again would wait for that long.
  return end > now && since <= now + CLOCK_SLACK_MS ? end : undefined;
}
