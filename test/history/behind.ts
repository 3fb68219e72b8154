/** How far what the control plane decided by may lie behind the history. */

/** Longer than a fault stops the control plane (ms): a write that was under way then arrives after it. */
export const STOPPED_MS = 12_000;

/** Under load, from a change to the last request of somebody who did not know of it (ms), as watches tell of both. */
export const UNDER_WAY_MS = 2000;
