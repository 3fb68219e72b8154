/**
 * The two tables that a store consists of, log and objects, and the operations it needs on them. Implemented by SQLite
 * and in memory; all rules of the store are built on top. Iterables must be consumed in one turn, never across an
 * `await`.
 */

import type { Requirement } from "../../../api/machinery/selectors/requirement.ts";
import type { GroupResource, Key, Revision, Selected } from "../../../api/store/store.ts";

/** A log entry. `attributes` are JSON texts, parsed only when a selector needs them. */
export interface LogRow {
  readonly revision: Revision;
  /** The entry that this one replaced; null for a creation. */
  readonly replaced: Revision | null;
  readonly tombstone: boolean;
  readonly key: Key;
  readonly attributes: string;
  /** The object after the change; for a tombstone its last state, at the tombstone's revision. */
  readonly text: string;
  /** The attributes of the replaced entry. */
  readonly previous: string | null;
}

/** What a commit appends. On a tombstone, an empty text means the replaced entry's, unchanged. */
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

/** An object as it is now. */
export type Current = Pick<LogRow, "key" | "revision" | "attributes" | "text">;

/** A change without its texts. */
export type Trace = Pick<LogRow, "revision" | "replaced" | "tombstone" | "key">;

export interface Scope {
  readonly resource: GroupResource;
  readonly namespace?: string;
  readonly name?: string;
  readonly after?: { readonly namespace: string; readonly name: string };
}

/** The number of living objects and the characters of their texts; or how much a commit adds to both. */
export interface Usage {
  readonly objects: number;
  readonly bytes: number;
}

export interface Aged {
  /** No entry after this one counts. */
  readonly through: Revision;
  /** An entry has aged if it was committed at or before this time (ms since the epoch). */
  readonly committedBy: number;
  /** The number of entries to look at, at most. */
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
  /** All or nothing. Synchronous, and the type enforces it: a callback may not return a promise. */
  transaction<T extends object & { then?: never }>(apply: () => T): T;
  marks(): Marks;
  setMark(name: "policy" | "oldest", revision: Revision): void;
  append(row: Appended): void;

  /** What stands at a key now. */
  current(key: Key): Current | undefined;
  /** The same, if it is in memory. */
  cached(key: Key): Current | undefined;
  /** The objects that meet requirements, in key order, if they are in memory, and none of their kind changed since. */
  cachedSelection?(wanted: Selected, since: Revision): readonly Current[] | undefined;
  /** Brings what a selector selects into memory, if that is little. */
  keepFew?(selected: readonly Pick<Current, "key">[]): void;
  row(revision: Revision): LogRow | undefined;
  /** The contents of these revisions (of objects, not tombstones), in the order given. */
  entries(revisions: readonly Revision[]): Iterable<Current>;
  /** Only their texts: skipping a column saves a microsecond. */
  texts(revisions: readonly Revision[]): Iterable<string>;
  rowsBetween(after: Revision, through: Revision, resources?: readonly GroupResource[]): Iterable<LogRow>;
  tracesAfter(revision: Revision, scope: Scope): Iterable<Trace>;

  /** Revisions of the current objects, in key order. */
  revisions(scope: Scope, limit: number): Revision[];
  /**
   * Current objects that meet the requirements, in key order. A caller that needs only the first ones reads no others.
   */
  pointers(scope: Scope, requirements: readonly Requirement[]): Iterable<Pointer>;
  count(scope: Scope): number;
  /** The resources that have living objects. */
  resources(): readonly GroupResource[];
  /** Usage by all living objects. A full scan. */
  usage(): Usage;

  /** The revision up to which all entries after `after` have aged; `after` itself if the first has not. */
  agedThrough(after: Revision, aged: Aged): Revision;
  /** Forgets what the entries in `(from, through]` replaced, and the tombstones among them. */
  compact(from: Revision, through: Revision): void;
}
