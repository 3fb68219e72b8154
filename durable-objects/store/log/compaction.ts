/**
 * What the log may forget (rule STORE-COMPACT): superseded entries that are past the age limit, past the count limit,
 * and not pinned.
 */
import { asRevision } from "../../../api/store/revision.ts";
import type { Revision } from "../../../api/store/store.ts";
import type { LogTables } from "../tables/log-tables.ts";

export interface Window {
  /** An entry is kept at least this long (ms) after it was superseded. */
  readonly minAgeMs: number;
  /** This many of the newest entries are always kept. */
  readonly minRevisions: number;
}

/** kube-apiserver compacts etcd every five minutes. The count keeps short histories whole. */
export const defaultWindow: Window = { minAgeMs: 5 * 60_000, minRevisions: 1000 };

interface Compaction {
  readonly window: Window;
  readonly now: number;
  readonly revision: Revision;
  readonly oldest: Revision;
  /** The oldest revision that an open list is still reading. */
  readonly pinned: Revision | undefined;
}

/** Entries forgotten per turn, so that no request waits long behind a compaction. */
const STEP = 1024;

/** Moves the compaction mark one step; returns the new mark. */
export function compact(tables: LogTables, { window, now, revision, oldest, pinned }: Compaction): Revision {
  const through = asRevision(Math.min(revision - window.minRevisions, pinned ?? Number.POSITIVE_INFINITY));
  if (through <= oldest) return oldest;
  const mark = tables.agedThrough(oldest, { through, committedBy: now - window.minAgeMs, look: STEP });
  if (mark === oldest) return oldest;
  tables.transaction(() => {
    tables.compact(oldest, mark);
    tables.setMark("oldest", mark);
    return {};
  });
  return mark;
}
