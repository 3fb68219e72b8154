/**
 * Monotonic milliseconds, independent of the machine's clock, for delays and timeouts. Machines without a hardware
 * clock have theirs set by hours while they run.
 */
export const steadyNow = (): number => performance.now();
