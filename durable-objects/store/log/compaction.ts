/** What the log may forget (rule STORE-COMPACT): superseded entries that are old by age and by count, and pinned by nobody. */
import type { Revision } from "../../../api/store.ts";
import type { LogTables } from "../tables/log-tables.ts";

export interface Window {
  /** An entry is kept for so many milliseconds after it was superseded at least. */
  readonly keepMilliseconds: number;
  /** And the newest so many entries always. */
  readonly keepRevisions: number;
}

/** kube-apiserver compacts etcd every five minutes; the count keeps short histories whole. */
export const defaultWindow: Window = { keepMilliseconds: 5 * 60_000, keepRevisions: 1000 };

interface Compaction {
  readonly window: Window;
  readonly now: number;
  readonly revision: Revision;
  readonly oldest: Revision;
  /** The oldest revision that an open list still reads. */
  readonly pinned: Revision | undefined;
}

/** Entries forgotten in one turn at most, so that no request waits long behind it. */
const STEP = 1024;

/** Moves the compaction mark one step; answers the new mark. */
export function compact(tables: LogTables, { window, now, revision, oldest, pinned }: Compaction): Revision {
  const through = Math.min(revision - window.keepRevisions, pinned ?? Number.POSITIVE_INFINITY) as Revision;
  if (through <= oldest) return oldest;
  const mark = tables.agedThrough(oldest, { through, committedBy: now - window.keepMilliseconds, look: STEP });
  if (mark === oldest) return oldest;
  tables.transaction(() => {
    tables.forget(oldest, mark);
    tables.setMark("oldest", mark);
    return {};
  });
  return mark;
}
