/** Objects that live for a while only after they were last written (rule STORE-EXPIRE), as events do in Kubernetes. */
import type { GroupResource, Revision, Write } from "../../api/store.ts";
import type { LogTables } from "./log-tables.ts";

/** Milliseconds. */
export type Lifetimes = ReadonlyMap<GroupResource, number>;

/** Objects that end in one commit, and entries of the log looked at for their age, at most. */
const MOST = 500;
const LOOK = 10_000;

/** How far the log has been looked through, by resource. */
type Aged = Map<GroupResource, Revision>;

/** What is over: deletions of what has not been written since. */
export function endings(tables: LogTables, lifetimes: Lifetimes, { aged, now }: { aged: Aged; now: number }): Write[] {
  const { revision: through } = tables.marks();
  return [...lifetimes].flatMap(([resource, lifetime]): Write[] => {
    const living = [...tables.pointers({ resource }, [], Number.POSITIVE_INFINITY)];
    const first = living.reduce((least, { revision }) => Math.min(least, revision), Number.POSITIVE_INFINITY);
    // What lies before the first of them need not be looked through.
    const before = Math.max(aged.get(resource) ?? 0, first - 1) as Revision;
    if (living.length === 0) return [];
    const old = tables.agedThrough(before, { through, committedBy: now - lifetime, look: LOOK });
    const over = living.filter(({ revision }) => revision <= old);
    aged.set(resource, old);
    return over.slice(0, MOST).map(({ namespace, name, revision }) => ({
      op: "delete",
      key: { resource, namespace, name },
      ifRevision: revision,
    }));
  });
}
