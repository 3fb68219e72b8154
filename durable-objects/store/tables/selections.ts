/**
 * Recent results of selectors, brought up to date from the log's tail instead of being read again. To find a hundred of
 * 5,000 objects SQLite examines all of them, and clients return with the same selector.
 */

import { RecentValues } from "../../../api/recent-values.ts";
import type { Revision, Selected } from "../../../api/store/store.ts";
import { comparePlaces } from "./key-order.ts";
import type { LogRow, Pointer } from "./log-tables.ts";
import { meets } from "./meets.ts";

/** Pointers cached in all; and the longest selection, beyond which nothing is saved over reading everything. */
const MAX_CACHED_POINTERS = 20_000;
const MAX_LENGTH = 2000;

interface Selection {
  readonly through: Revision;
  /** In key order. */
  readonly pointers: Pointer[];
}

/** The part of the log that is in memory: every entry in `(before, newest]`. */
export interface LogTail {
  readonly before: Revision;
  readonly newest: Revision;
  rowsAfter(revision: Revision): Iterable<LogRow>;
}

export class Selections {
  readonly #cache = new RecentValues<Selection>(MAX_CACHED_POINTERS, ({ pointers }) => pointers.length + 1);

  /**
   * The objects that meet the requirements, in key order; `read` finds them in the tables. Only what was read to its end
   * is kept. Must not be read across an `await`.
   */
  *find(wanted: Selected, tail: LogTail, read: () => Iterable<Pointer>): Iterable<Pointer> {
    const known = this.cached(wanted, tail);
    if (known) {
      yield* known;
      return;
    }
    const pointers: Pointer[] = [];
    for (const pointer of read()) {
      if (pointers.length <= MAX_LENGTH) pointers.push(pointer);
      yield pointer;
    }
    this.#add(idOf(wanted), { through: tail.newest, pointers });
  }

  /** The same, if it is in memory. */
  cached(wanted: Selected, tail: LogTail): readonly Pointer[] | undefined {
    const id = idOf(wanted);
    const known = this.#cache.get(id);
    if (!known || known.through < tail.before || known.through > tail.newest) return undefined;
    const { through, pointers } = known;
    if (through < tail.newest) {
      for (const row of tail.rowsAfter(through)) follow(pointers, row, wanted);
      this.#add(id, { through: tail.newest, pointers });
    }
    return pointers;
  }

  #add(id: string, selection: Selection): void {
    if (selection.pointers.length <= MAX_LENGTH) this.#cache.set(id, selection);
    else this.#cache.delete(id);
  }

  clear(): void {
    this.#cache.clear();
  }
}

const idOf = ({ resource, namespace, requirements }: Selected): string =>
  JSON.stringify([resource, namespace, requirements]);

/** Applies one change to a selection. */
function follow(pointers: Pointer[], row: LogRow, wanted: Selected): void {
  const { resource, namespace, name } = row.key;
  if (resource !== wanted.resource || (wanted.namespace !== undefined && namespace !== wanted.namespace)) return;
  const pointer = { namespace, name, revision: row.revision, attributes: row.attributes };
  const at = placeOf(pointers, pointer);
  const there = pointers[at];
  const known = there !== undefined && comparePlaces(there, pointer) === 0 ? 1 : 0;
  const picked = !row.tombstone && meets(pointer, wanted.requirements);
  if (picked) pointers.splice(at, known, pointer);
  else if (known) pointers.splice(at, 1);
}

/** The index at which a place is, or belongs, in the order of keys. */
function placeOf(pointers: readonly Pointer[], place: Pointer): number {
  let low = 0;
  let high = pointers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = pointers[middle];
    if (there && comparePlaces(there, place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
