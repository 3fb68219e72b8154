/** One socket that carries many watches (rules WATCH-MANY and WATCH-NOTICE): its messages, as JSON texts. */
import type { Status } from "./machinery/status.ts";

/** The subprotocol, beside the one that holds the token. */
export const WATCH_PROTOCOL = "watch.sailplane.dev";

/** What a client says. It chooses the numbers of its watches. */
export type WatchCall =
  | { readonly watch: number; readonly path: string; readonly accept?: string; readonly since: string }
  | { readonly end: number }
  /** So many characters of events were taken: as many more may come. */
  | { readonly took: number };

export interface SocketWatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: unknown;
}

/** What it is told of a watch. */
export type WatchNews =
  | { readonly watch: number; readonly events: readonly SocketWatchEvent[] }
  /** Everything up to here was told. */
  | { readonly watch: number; readonly revision: string }
  /** The watch is at its end; an ERROR event is one, too. */
  | { readonly watch: number; readonly refused: Status };

/** Characters of events under way to a client at most, one chunk of a watch's stream more at worst. */
export const WATCH_WINDOW = 1024 * 1024;
