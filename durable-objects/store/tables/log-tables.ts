/**
 * The two tables that a store is made of, log and objects, and what it asks of them. SQLite and memory implement it; all of
 * the store's rules are above it. Iterables are read in one turn, never kept over an `await`.
 */
import type { GroupResource, Key, Requirement, Revision } from "../../../api/store.ts";
import type { Usage } from "../log/limits.ts";

/** An entry of the log. `attributes` are JSON texts, parsed where a selector asks. */
export interface LogRow {
  readonly revision: Revision;
  /** The entry that this one replaced; null for a creation. */
  readonly replaced: Revision | null;
  readonly tombstone: boolean;
  readonly key: Key;
  readonly attributes: string;
  /** The object after the change; for a tombstone its last state, with the tombstone's revision. */
  readonly text: string;
  /** The attributes of the replaced entry. */
  readonly previous: string | null;
}

/** What a commit appends. An empty text on a tombstone means: the replaced entry's, unchanged. */
export interface Appended extends Omit<LogRow, "previous"> {
  readonly committed: number;
}

/** Where an object stood at some revision, its text not yet read. */
export interface Pointer {
  readonly namespace: string;
  readonly name: string;
  readonly revision: Revision;
  readonly attributes: string;
}

/** An object as it stands. */
export type Current = Pick<LogRow, "key" | "revision" | "attributes" | "text">;

/** A change without its texts. */
export type Trace = Pick<LogRow, "revision" | "replaced" | "tombstone" | "key">;

export interface Scope {
  readonly resource: GroupResource;
  readonly namespace?: string;
  readonly name?: string;
  readonly after?: { readonly namespace: string; readonly name: string };
}

export interface Aged {
  /** No entry after this one counts. */
  readonly through: Revision;
  /** An entry has aged when it was committed then or before, in milliseconds since 1970. */
  readonly committedBy: number;
  /** Entries looked at, at most. */
  readonly look: number;
}

export interface Marks {
  /** The newest revision of the log. */
  readonly revision: Revision;
  /** The compaction mark. */
  readonly oldest: Revision;
  /** The newest revision that changed policy. */
  readonly policy: Revision;
}

export interface LogTables {
  /** All or nothing. Synchronous, and the type says so: a promise is not assignable to what it may return. */
  transaction<T extends object & { then?: never }>(apply: () => T): T;
  marks(): Marks;
  setMark(name: "policy" | "oldest", revision: Revision): void;
  append(row: Appended): void;

  /** What stands at a key now. */
  current(key: Key): Current | undefined;
  /** The same where it is in memory. */
  kept(key: Key): Current | undefined;
  row(revision: Revision): LogRow | undefined;
  /** What these revisions, of objects and not of their ends, hold; in the order given. */
  entries(revisions: readonly Revision[]): Iterable<Current>;
  /** Their texts alone: a column that is not read is a microsecond saved. */
  texts(revisions: readonly Revision[]): Iterable<string>;
  rowsBetween(after: Revision, through: Revision, resources?: readonly GroupResource[]): Iterable<LogRow>;
  tracesAfter(revision: Revision, scope: Scope): Iterable<Trace>;

  /** Where current objects stand, in key order. */
  revisions(scope: Scope, limit: number): Revision[];
  /** Current objects in key order. Those that cannot meet the requirements may be left out. `limit` may be infinity. */
  pointers(scope: Scope, requirements: readonly Requirement[], limit: number): Iterable<Pointer>;
  count(scope: Scope): number;
  /** Those that have living objects. */
  resources(): readonly GroupResource[];
  /** Of all living objects: a scan. */
  usage(): Usage;

  /** The revision up to which all entries after `after` have aged; `after` itself where the first has not. */
  agedThrough(after: Revision, aged: Aged): Revision;
  /** Forgets what entries in `(from, through]` replaced, and the tombstones among them. */
  forget(from: Revision, through: Revision): void;
}
