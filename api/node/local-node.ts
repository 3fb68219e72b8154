/**
 * What an agent tells clients on its own machine, over HTTP on a Unix socket, for `sailplane node` and `sailplane
 * leave`.
 */

/** In the node's data directory. */
export const LOCAL_SOCKET = "agent.sock";
/** The directory in there with the objects that the node has received of its cluster. */
export const RECEIVED_OBJECTS = "objects";

export interface LocalStatus {
  readonly node: string;
  readonly server: string;
  readonly runtime: string;
  /** Since when there has been no link to the control plane (ms); absent: there is one. */
  readonly awaySince?: number;
  /** How far the machine's clock is ahead of the control plane's; absent: they agree. */
  readonly clockSkewMs?: number;
  readonly pressures: readonly string[];
  readonly pods: number;
  /** What it keeps on its disk for claims; absent: it keeps no local volumes. */
  readonly volumes?: { readonly directory: string; readonly kept: number; readonly used: number };
}
