/** The messages of a socket that carries many watches (rules WATCH-MANY and WATCH-NOTICE), as JSON texts. */
import type { Status } from "./machinery/status.ts";

/** The subprotocol, offered besides the one with the token. */
export const WATCH_PROTOCOL = "watch.sailplane.dev";

/** Messages from the client, which chooses the numbers of its watches. */
export type WatchCall =
  | { readonly watch: number; readonly path: string; readonly accept?: string; readonly since: string }
  | { readonly end: number }
  /** This many characters of events were consumed: as many more may be sent. */
  | { readonly took: number };

export interface SocketWatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: unknown;
}

/** Messages about a watch. */
export type WatchMessage =
  | { readonly watch: number; readonly events: readonly SocketWatchEvent[] }
  /** Everything up to here was sent. */
  | { readonly watch: number; readonly revision: string }
  /** The watch has ended; an ERROR event ends it, too. */
  | { readonly watch: number; readonly refused: Status };

/** Characters of events under way to a client; exceeded by at most one chunk. */
export const WATCH_WINDOW = 1024 * 1024;
