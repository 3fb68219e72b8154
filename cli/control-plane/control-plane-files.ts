/** The files by which a control plane's process communicates, in its data directory. */
export interface ControlPlaneFiles {
  /** workerd's, in its binary form. */
  readonly configuration: string;
  readonly log: string;
  /** Answers every request like /readyz. */
  readonly readinessSocket: string;
  readonly pinnedCallsSocket: string;
  /** The result of the last start. */
  readonly outcome: string;
}

export const controlPlaneFiles = (directory: string): ControlPlaneFiles => ({
  configuration: `${directory}/workerd.bin`,
  log: `${directory}/control-plane.log`,
  readinessSocket: `${directory}/readiness.sock`,
  pinnedCallsSocket: `${directory}/pinned-calls.sock`,
  outcome: `${directory}/outcome`,
});

/** The maximum length of a socket's path (`sun_path` less its NUL): 108 bytes on Linux, 104 on macOS. */
const socketPathBytes = process.platform === "linux" ? 107 : 103;

/** By how many bytes a data directory's path is too long for its sockets; 0 if it is not. */
export function excessOfPath(directory: string): number {
  const { readinessSocket, pinnedCallsSocket } = controlPlaneFiles(directory);
  const longest = Math.max(...[readinessSocket, pinnedCallsSocket].map((path) => Buffer.byteLength(path)));
  return Math.max(0, longest - socketPathBytes);
}
