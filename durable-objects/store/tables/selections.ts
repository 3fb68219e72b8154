/**
 * Recent results of selectors, brought up to date from the log's tail instead of being read again. To find a hundred of
 * 5,000 objects SQLite examines all of them, and clients return with the same selector.
 */
import { matches } from "../../../api/machinery/selectors/selector.ts";
import type { Requirement, Revision } from "../../../api/store.ts";
import { comparePlaces } from "../log/key-order.ts";
import type { LogRow, Pointer, Scope } from "./log-tables.ts";
import { RecentValues } from "./recent-values.ts";

/** Pointers cached in all; and the longest selection, beyond which nothing is saved over reading everything. */
const KEPT = 20_000;
const LONGEST = 2000;

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

interface Wanted extends Pick<Scope, "resource" | "namespace"> {
  readonly requirements: readonly Requirement[];
}

export class Selections {
  readonly #kept = new RecentValues<Selection>(KEPT, ({ pointers }) => pointers.length + 1);

  /**
   * The objects that meet the requirements, in key order. `read` returns candidates from the tables. Must not be kept
   * across an `await`.
   */
  find(wanted: Wanted, tail: LogTail, read: () => Iterable<Pointer>): readonly Pointer[] {
    const { resource, namespace, requirements } = wanted;
    const id = JSON.stringify([resource, namespace, requirements]);
    const known = this.#kept.get(id);
    const current = known && known.through >= tail.before && known.through <= tail.newest;
    const pointers = current ? known.pointers : [...read()].filter((pointer) => meets(pointer, requirements));
    if (current) {
      if (known.through === tail.newest) return pointers;
      for (const row of tail.rowsAfter(known.through)) follow(pointers, row, wanted);
    }
    if (pointers.length <= LONGEST) this.#kept.set(id, { through: tail.newest, pointers });
    else this.#kept.delete(id);
    return pointers;
  }

  clear(): void {
    this.#kept.clear();
  }
}

const meets = ({ namespace, name, attributes }: Pointer, requirements: readonly Requirement[]): boolean =>
  matches(requirements, JSON.parse(attributes), { namespace, name });

/** Applies one change to a selection. */
function follow(pointers: Pointer[], row: LogRow, wanted: Wanted): void {
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
