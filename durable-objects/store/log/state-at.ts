/**
 * The objects of a scope at a revision, in key order. At the newest revision, that is the objects table; at an older
 * one, each key that has changed since stands where its first later change points back to.
 */

import type { Requirement } from "../../../api/machinery/selectors/requirement.ts";
import type { Revision } from "../../../api/store/store.ts";
import { comparePlaces } from "../tables/key-order.ts";
import type { LogTables, Pointer, Scope } from "../tables/log-tables.ts";
import { meets } from "../tables/meets.ts";

interface Changed {
  readonly place: { readonly namespace: string; readonly name: string };
  /** Where the object stood; null if it did not exist. */
  readonly before: Revision | null;
  existsNow: boolean;
}

interface StateAt {
  /** The revisions of the first `limit` objects that meet the requirements. */
  revisions(requirements: readonly Requirement[], limit: number): readonly Revision[];
  /** The number of objects after a key, or in all. */
  count(after: { readonly namespace: string; readonly name: string }): number;
}

export function stateAt(tables: LogTables, scope: Scope, { at, newest }: { at: Revision; newest: Revision }): StateAt {
  const changed = new Map<string, Changed>();
  if (at < newest) {
    for (const { key, replaced, tombstone } of tables.tracesAfter(at, scope)) {
      const id = `${key.namespace}/${key.name}`;
      const known = changed.get(id);
      if (known) known.existsNow = !tombstone;
      else changed.set(id, { place: key, before: replaced, existsNow: !tombstone });
    }
  }
  return {
    revisions(requirements, limit) {
      if (changed.size === 0 && requirements.length === 0) return tables.revisions(scope, limit);
      const revisions: Revision[] = [];
      const now = tables.pointers(scope, requirements);
      for (const pointer of changed.size === 0 ? now : merged(now, requirements)) {
        revisions.push(pointer.revision);
        if (revisions.length === limit) break;
      }
      return revisions;
    },
    count(after) {
      let count = tables.count({ ...scope, after });
      for (const { place, before, existsNow } of changed.values()) {
        if (comparePlaces(place, after) > 0) count += Number(before !== null) - Number(existsNow);
      }
      return count;
    },
  };

  /** Merges current and past state in key order; a key that has changed since counts as it stood then. */
  function* merged(now: Iterable<Pointer>, requirements: readonly Requirement[]): Iterable<Pointer> {
    const then = [...changed.values()].flatMap(({ place: { namespace, name }, before }): Pointer[] => {
      const row = before === null ? undefined : tables.row(before);
      return row ? [{ namespace, name, revision: row.revision, attributes: row.attributes }] : [];
    });
    const past = then.filter((pointer) => meets(pointer, requirements)).sort(comparePlaces);
    let next = 0;
    for (const pointer of now) {
      if (changed.has(`${pointer.namespace}/${pointer.name}`)) continue;
      for (let old = past[next]; old && comparePlaces(old, pointer) < 0; old = past[++next]) yield old;
      yield pointer;
    }
    yield* past.slice(next);
  }
}
