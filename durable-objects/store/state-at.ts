/**
 * The objects of a scope at a revision, in key order. At the newest revision they are the objects table; at an older one,
 * each key that changed since stands where its first change since points back to.
 */
import type { Requirement, Revision } from "../../api/store.ts";
import { comparePlaces } from "./key-order.ts";
import type { LogTables, Pointer, Scope } from "./log-tables.ts";
import { matches } from "./selector.ts";

interface Changed {
  readonly place: { readonly namespace: string; readonly name: string };
  /** Where the object stood, null when it did not exist. */
  readonly before: Revision | null;
  existsNow: boolean;
}

export interface StateAt {
  /** Where the first so many objects stood. */
  revisions(limit: number): readonly Revision[];
  /** `limit` bounds what is read where no change stands in between; more may come. */
  pointers(requirements: readonly Requirement[], limit: number): Iterable<Pointer>;
  count(after: { readonly namespace: string; readonly name: string } | undefined): number;
}

export function stateAt(tables: LogTables, scope: Scope, at: Revision): StateAt {
  const changed = new Map<string, Changed>();
  if (at < tables.marks().revision) {
    for (const { key, replaced, tombstone } of tables.tracesAfter(at, scope)) {
      const id = `${key.namespace}/${key.name}`;
      const known = changed.get(id);
      if (known) known.existsNow = !tombstone;
      else changed.set(id, { place: key, before: replaced, existsNow: !tombstone });
    }
  }
  const state: StateAt = {
    revisions(limit) {
      if (changed.size === 0) return tables.revisions(scope, limit);
      const revisions: Revision[] = [];
      for (const { revision } of state.pointers([], limit)) {
        if (revisions.length === limit) break;
        revisions.push(revision);
      }
      return revisions;
    },
    pointers(requirements, limit) {
      const meets = (pointer: Pointer) =>
        !pointer.attributes || matches(requirements, { resource: scope.resource, ...pointer }, pointer.attributes);
      const now = tables.pointers(scope, requirements, limit + changed.size);
      return filtered(changed.size === 0 ? now : merged(now, pointersThen(requirements.length > 0)), meets);
    },
    count(after) {
      const narrowed = after ? { ...scope, after } : scope;
      let count = tables.count(narrowed);
      for (const { place, before, existsNow } of changed.values()) {
        if (after && comparePlaces(place, after) <= 0) continue;
        count += Number(before !== null) - Number(existsNow);
      }
      return count;
    },
  };
  return state;

  function pointersThen(withAttributes: boolean): Pointer[] {
    return [...changed.values()]
      .flatMap(({ place: { namespace, name }, before }): Pointer[] => {
        if (before === null) return [];
        if (!withAttributes) return [{ namespace, name, revision: before }];
        const attributes = JSON.parse(tables.row(before)?.attributes ?? "{}");
        return [{ namespace, name, revision: before, attributes }];
      })
      .sort(comparePlaces);
  }

  /** Both in key order; a key that changed since counts as it stood then. */
  function* merged(now: Iterable<Pointer>, then: readonly Pointer[]): Iterable<Pointer> {
    let next = 0;
    for (const pointer of now) {
      if (changed.has(`${pointer.namespace}/${pointer.name}`)) continue;
      for (let old = then[next]; old && comparePlaces(old, pointer) < 0; old = then[++next]) yield old;
      yield pointer;
    }
    yield* then.slice(next);
  }
}

function* filtered<T>(items: Iterable<T>, keep: (item: T) => boolean): Iterable<T> {
  for (const item of items) if (keep(item)) yield item;
}
