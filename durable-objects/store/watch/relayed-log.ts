/**
 * The newest entries of a store's log, as received by a relay: live watchers are served from it, and watchers that resume
 * read it.
 */
import type { GroupResource, Revision } from "../../../api/store/store.ts";
import type { LogRow } from "../tables/log-tables.ts";
import type { TailEntry } from "./tail-line.ts";
import type { LoggedRows } from "./watch-source.ts";

/** UTF-16 units of text that are kept; twice as much may accumulate before the oldest are dropped. */
const MAX_LENGTH = 8 * 1024 * 1024;

export class RelayedLog implements LoggedRows {
  readonly #maxLength: number;
  #entries: TailEntry[] = [];
  readonly #replaced = new Map<Revision, LogRow>();
  #length = 0;
  #after: Revision;
  #revision: Revision;

  /** Begins after `revision`. */
  constructor(revision: Revision, maxLength = MAX_LENGTH) {
    this.#after = revision;
    this.#revision = revision;
    this.#maxLength = maxLength;
  }

  /** All entries after this revision are here. */
  get after(): Revision {
    return this.#after;
  }

  get revision(): Revision {
    return this.#revision;
  }

  append(entry: TailEntry): void {
    this.#entries.push(entry);
    this.#revision = entry.row.revision;
    this.#length += lengthOf(entry);
    const { row, before } = entry;
    if (row.replaced !== null && before !== undefined)
      this.#replaced.set(row.replaced, { ...row, revision: row.replaced, text: before });
  }

  *rowsBetween(after: Revision, through: Revision, resources?: readonly GroupResource[]): Iterable<LogRow> {
    for (let at = this.#placeAfter(after); at < this.#entries.length; at++) {
      const row = this.#entries[at]?.row;
      if (!row || row.revision > through) return;
      if (resources?.includes(row.key.resource) ?? true) yield row;
    }
  }

  /** What an entry here replaced, if its attributes differed. A watch needs nothing else. */
  row(revision: Revision): LogRow | undefined {
    return this.#replaced.get(revision);
  }

  #placeAfter(revision: Revision): number {
    let from = 0;
    let to = this.#entries.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#entries[middle]?.row.revision ?? 0) > revision) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  /** Drops the oldest entries if there is too much. */
  forget(): void {
    if (this.#length <= 2 * this.#maxLength) return;
    let dropped = 0;
    while (this.#length > this.#maxLength && dropped < this.#entries.length) {
      const entry = this.#entries[dropped++];
      if (!entry) break;
      this.#length -= lengthOf(entry);
      this.#after = entry.row.revision;
      if (entry.row.replaced !== null) this.#replaced.delete(entry.row.replaced);
    }
    this.#entries = this.#entries.slice(dropped);
  }
}

const lengthOf = ({ row, before }: TailEntry): number =>
  row.text.length + row.attributes.length + (row.previous?.length ?? 0) + (before?.length ?? 0);
