import { rmSync, statSync } from "node:fs";

/** Where a control plane's process finds things in its data directory, and is found. */
export interface ControlPlaneFiles {
  /** workerd's, in its binary form. */
  readonly configuration: string;
  readonly log: string;
  /** Answers every request as /readyz would. */
  readonly readinessSocket: string;
  readonly pinnedCallsSocket: string;
  /** What became of the last start. */
  readonly outcome: string;
}

export const controlPlaneFiles = (directory: string): ControlPlaneFiles => ({
  configuration: `${directory}/workerd.bin`,
  log: `${directory}/control-plane.log`,
  readinessSocket: `${directory}/readiness.sock`,
  pinnedCallsSocket: `${directory}/pinned-calls.sock`,
  outcome: `${directory}/outcome`,
});

const logBytes = 10_000_000;

/** Starts a new log where the old one has grown large. */
export function makeRoomForLog(directory: string): void {
  const { log } = controlPlaneFiles(directory);
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logBytes) rmSync(log);
}
