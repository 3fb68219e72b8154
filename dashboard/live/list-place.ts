/** What a live list needs from the cluster and the page; tests replace it. */
import type { Status } from "../../api/machinery/status.ts";
import type { SocketWatchEvent } from "../../api/watch-socket.ts";

export interface Watching {
  /** With its query. */
  readonly path: string;
  readonly accept: string | undefined;
  readonly since: string;
  readonly take: (events: readonly SocketWatchEvent[]) => void;
  /** Everything up to here was received. */
  readonly rest: (revision: string) => void;
}

export type WatchEnding =
  | { readonly name: "refused"; readonly status: Status }
  /** The connection was lost. */
  | { readonly name: "lost" };

interface ReadOptions {
  readonly accept?: string;
  readonly signal: AbortSignal;
}

export interface ListPlace {
  readonly read: (path: string, options: ReadOptions) => Promise<Response>;
  readonly watch: (watching: Watching, stop: AbortSignal) => Promise<WatchEnding>;
  /** The cluster does not accept the token any more. */
  readonly signOut: (reason: string) => void;
  /** Nothing is watched while the page is hidden. */
  readonly isVisible: () => boolean;
  readonly whenVisible: (stop: AbortSignal) => Promise<void>;
  readonly whileVisible: <T>(stop: AbortSignal, run: (seen: AbortSignal) => Promise<T>) => Promise<T>;
}
