/**
 * The kubelet's exponential back-off: 10 s to 5 min for ended containers and for image pulls, reset after twice the
 * maximum without a failure.
 */
export interface BackOff {
  readonly durationMs: number;
  readonly lastFailure: number;
}

const FIRST_BACK_OFF_MS = 10_000;
const MAX_BACK_OFF_MS = 300_000;

/** The runtime's clock may be a little ahead of ours. */
const CLOCK_SLACK_MS = 2000;

const hasExpired = (backOff: BackOff, since: number): boolean => since - backOff.lastFailure > 2 * MAX_BACK_OFF_MS;

/** The back-off after the next failure, if the retry at `now` of a failure at `since` fails. */
export function nextBackOff(previous: BackOff | undefined, since: number, now: number): BackOff {
  const durationMs =
    previous === undefined || hasExpired(previous, since)
      ? FIRST_BACK_OFF_MS
      : Math.min(previous.durationMs * 2, MAX_BACK_OFF_MS);
  return { durationMs, lastFailure: now };
}

/** When the back-off that began with the failure at `since` ends; undefined if it is over. */
export function backOffEnd(backOff: BackOff | undefined, since: number, now: number): number | undefined {
  if (backOff === undefined || hasExpired(backOff, since)) return undefined;
  const end = since + backOff.durationMs;
  // If the failure lies in the future, the clock was set back; waiting for it could take that much longer.
  return end > now && since <= now + CLOCK_SLACK_MS ? end : undefined;
}
