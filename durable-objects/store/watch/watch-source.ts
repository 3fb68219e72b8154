/** Where watches read what they are not pushed: in a store its own log, in a relay the store's answers. */
import type { Revision, WatchRequest } from "../../../api/store/store.ts";
import type { LogTables, Marks } from "../tables/log-tables.ts";
import type { Wanted } from "./watch-groups.ts";

/** Log entries in a range, and single ones that they replaced. */
export type LoggedRows = Pick<LogTables, "rowsBetween" | "row">;

export type Maybe<T> = T | Promise<T>;

/** Part of the state at a revision, as events. */
export interface StatePart {
  readonly bytes: Uint8Array;
  readonly at: Revision;
  readonly ended: boolean;
}

/** Part of the log as events, and how far it was read; `ended` if to its end. */
export interface LogPart {
  readonly bytes: Uint8Array;
  readonly through: Revision;
  readonly ended: boolean;
}

export interface StateReader {
  next(): Maybe<StatePart | "compacted">;
}

export interface WatchSource {
  readonly marks: () => Pick<Marks, "revision">;
  /** What live watchers are served from. */
  readonly log: LoggedRows;
  /** The initial state of a watch, a part at a time. */
  state(wanted: Wanted): StateReader;
  /**
   * The log after `revision` as one watch sees it, up to an entry that is on disk (`settled`, or later if the source
   * knows better).
   */
  after(wanted: WatchRequest, revision: Revision, settled: Revision): Maybe<LogPart | "compacted">;
}
