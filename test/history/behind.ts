/** How far what the control plane decided by may lie behind the history. */

/** Longer than a fault stops the control plane (ms): a write that was under way then arrives after it. */
export const STOPPED_MS = 12_000;

/** Under load, from the change of a pod to the last write of a controller that did not know of it (ms). */
export const UNDER_WAY_MS = 2000;
