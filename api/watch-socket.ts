/** The messages of a socket that carries many watches (rules WATCH-MANY and WATCH-NOTICE), as JSON texts. */
import type { Status } from "./machinery/status.ts";

/** The subprotocol, offered besides the one with the token. */
export const WATCH_PROTOCOL = "watch.sailplane.dev";

/** Messages from the client, which chooses the numbers of its watches. */
export type WatchCall =
  | { readonly watch: number; readonly path: string; readonly accept?: string; readonly since: string }
  | { readonly end: number }
  /** This mark was read, and so was everything before it. */
  | { readonly read: string };

export interface SocketWatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: unknown;
}

/** Messages about a watch, and marks, which the client returns: nobody else knows what it has read. */
export type WatchMessage =
  | { readonly mark: string }
  | { readonly watch: number; readonly events: readonly SocketWatchEvent[] }
  /** Everything up to here was sent. */
  | { readonly watch: number; readonly revision: string }
  /** The watch has ended; an ERROR event ends it, too. */
  | { readonly watch: number; readonly refused: Status };

/** Characters under way to a client; events exceed it by at most one chunk. */
export const WATCH_WINDOW = 1024 * 1024;
