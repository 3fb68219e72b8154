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

/** Bytes of the longest path of a socket (`sun_path`, its last byte being NUL): 108 on Linux, 104 on macOS. */
const socketPathBytes = process.platform === "linux" ? 107 : 103;

/** By how many bytes a data directory's path is too long for the sockets in it; 0 where it is not. */
export function excessOfPath(directory: string): number {
  const { readinessSocket, pinnedCallsSocket } = controlPlaneFiles(directory);
  const longest = Math.max(...[readinessSocket, pinnedCallsSocket].map((path) => Buffer.byteLength(path)));
  return Math.max(0, longest - socketPathBytes);
}

const logBytes = 10_000_000;

/** Starts a new log where the old one has grown large. */
export function makeRoomForLog(directory: string): void {
  const { log } = controlPlaneFiles(directory);
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logBytes) rmSync(log);
}
