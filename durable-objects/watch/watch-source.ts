/** Where watches read what they are not told as it happens: the log of their own store, or, in a relay, what the store answers. */
import type { Revision, WatchRequest } from "../../api/store.ts";
import type { LogTables, Marks } from "../store/tables/log-tables.ts";
import type { Wanted } from "./watch-groups.ts";

/** Entries of the log in one turn, and single ones that they replaced. */
export type LoggedRows = Pick<LogTables, "rowsBetween" | "row">;

export type Maybe<T> = T | Promise<T>;

/** Some of the state at a revision, as events. */
export interface StatePart {
  readonly bytes: Uint8Array;
  readonly at: Revision;
  readonly ended: boolean;
}

/** Some of the log as events, and how far it was read: to its end where it `ended`. */
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
  /** What live watchers are told from. */
  readonly log: LoggedRows;
  /** The state that a watch begins with, a part at a time. */
  state(wanted: Wanted): StateReader;
  /** What the log has for a watch after a revision, up to one that is on disk; or later, where the source knows that it is. */
  after(wanted: WatchRequest, revision: Revision, settled: Revision): Maybe<LogPart | "compacted">;
}
