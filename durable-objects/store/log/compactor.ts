/**
 * When the log is compacted: along with commits, since an idle store needs no compaction, and never past what is still
 * being read.
 */
import type { Revision } from "../../../api/store/store.ts";
import type { LogTables, Marks } from "../tables/log-tables.ts";
import type { Turns } from "../turns.ts";
import { compact, type Window } from "./compaction.ts";

/** Milliseconds between steps, while the log is long and while it is not. */
const BUSY_MS = 100;
const QUIET_MS = 30_000;

interface CompactorOptions {
  readonly tables: LogTables;
  readonly turns: Turns;
  readonly window: Window;
  readonly marks: () => Marks;
  /** Called with the oldest revision that the log now reaches back to. */
  readonly moved: (oldest: Revision) => void;
}

export class Compactor {
  readonly #options: CompactorOptions;
  /** Revisions that open streams still read. */
  readonly #pins = new Set<{ readonly revision: Revision }>();
  /** Milliseconds since the epoch. */
  #lastStep: number;

  constructor(options: CompactorOptions) {
    this.#options = options;
    this.#lastStep = options.turns.now();
  }

  /** Keeps a revision readable until the returned function is called. */
  pin(revision: Revision): () => void {
    const pin = { revision };
    this.#pins.add(pin);
    return () => this.#pins.delete(pin);
  }

  /** Takes a step in a later turn if the last one is long enough ago. */
  stepWhenDue(): void {
    const { turns, window, marks } = this.#options;
    const now = turns.now();
    const { revision, oldest } = marks();
    const isLong = revision - oldest > 2 * window.minRevisions;
    if (now - this.#lastStep < (isLong ? BUSY_MS : QUIET_MS)) return;
    this.#lastStep = now;
    turns.later(() => this.step());
  }

  /** Takes one step; returns the new compaction mark. */
  step(window = this.#options.window): Revision {
    const { tables, turns, marks, moved } = this.#options;
    const pinned = [...this.#pins].reduce<Revision | undefined>(
      (least, { revision }) => (least === undefined || revision < least ? revision : least),
      undefined,
    );
    const { revision, oldest } = marks();
    const mark = compact(tables, { window, now: turns.now(), revision, oldest, pinned });
    moved(mark);
    return mark;
  }
}
