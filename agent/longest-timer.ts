/**
 * The longest delay of a timer: a longer one would fire at once. How long a probe, a hook or a call may take is said by
 * whoever wrote the pod.
 */
const LONGEST_MS = 2 ** 31 - 1;

/** A delay for a timer: at most almost 25 days. */
export const timerMs = (ms: number): number => Math.min(Math.max(ms, 0), LONGEST_MS);
