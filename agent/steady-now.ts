/**
 * Milliseconds that only grow, whatever the machine's clock is set to: for whatever waits, or is given a time. Machines without a
 * clock of their own have theirs set by hours while they run.
 */
export const steadyNow = (): number => performance.now();
