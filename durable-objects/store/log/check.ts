/** Whether a store is consistent (rule STORE-CHECK): the invariants that every commit and compaction maintains. */
import { asRevision } from "../../../api/store/revision.ts";
import type { Key, Revision } from "../../../api/store/store.ts";
import type { LogRow, LogTables } from "../tables/log-tables.ts";
import type { Turns } from "../turns.ts";

export interface CheckReport {
  readonly revision: Revision;
  readonly oldest: Revision;
  readonly objects: number;
  readonly entries: number;
  /** One sentence each; empty for a sound store. */
  readonly faults: readonly string[];
}

/** Rows per read. */
const PAGE = 512;

/**
 * Reads the whole log, one page per step, so that a caller can let other requests run in between; then all objects at
 * once.
 */
function* checkSteps(tables: LogTables): Generator<undefined, CheckReport> {
  const faults: string[] = [];
  const { oldest: firstMark } = tables.marks();
  /** Where each key stands according to the log alone. */
  const standing = new Map<string, Revision>();
  let entries = 0;
  let last = 0;
  for (;;) {
    const from = last;
    // Commits and compaction may come between pages.
    const { revision: newest, oldest } = tables.marks();
    for (const row of pageOf(tables.rowsBetween(asRevision(from), newest))) {
      entries++;
      faults.push(...faultsOf(row, { last, oldest, firstMark, standing }));
      last = row.revision;
      const id = idOf(row.key);
      if (row.tombstone) standing.delete(id);
      else standing.set(id, row.revision);
    }
    if (last === from) break;
    yield undefined;
  }
  const { revision: newest, oldest } = tables.marks();
  if (last > oldest && last !== newest) faults.push(`the log ends at ${last}, not at ${newest}`);
  const objects = standing.size;
  for (const resource of new Set([...standing.keys()].map((id) => id.slice(0, id.indexOf("/"))))) {
    for (const { namespace, name, revision, attributes } of tables.pointers({ resource }, [])) {
      const id = idOf({ resource, namespace, name });
      if (standing.get(id) !== revision)
        faults.push(`${id} stands at ${revision}, the log says ${standing.get(id) ?? "nowhere"}`);
      if (tables.row(revision)?.attributes !== attributes) faults.push(`${id} has other attributes than the log says`);
      standing.delete(id);
    }
  }
  for (const [id, revision] of standing) faults.push(`${id} at ${revision} is missing from the objects`);
  return { revision: newest, oldest, objects, entries, faults };
}

const idOf = ({ resource, namespace, name }: Key): string => `${resource}/${namespace}/${name}`;

interface Known {
  /** The revision of the previous row. */
  readonly last: number;
  readonly oldest: Revision;
  /** The compaction mark when the check began. */
  readonly firstMark: Revision;
  readonly standing: ReadonlyMap<string, Revision>;
}

/** What is wrong with one row, given those before it. */
function faultsOf(row: LogRow, { last, oldest, firstMark, standing }: Known): string[] {
  const { revision, tombstone, replaced, text } = row;
  const id = idOf(row.key);
  const before = standing.get(id) ?? null;
  const faults: string[] = [];
  if (revision > oldest && revision !== Math.max(last, oldest) + 1)
    faults.push(`revisions after ${last} are missing before ${revision}`);
  if (revision > oldest && replaced !== before)
    faults.push(`${id} at ${revision} says it replaced ${replaced}, the log says ${before}`);
  if (revision > oldest && replaced !== null && row.previous === null)
    faults.push(`${id} at ${revision} points to ${replaced}, which is not there`);
  if (revision <= firstMark && (tombstone || standing.has(id)))
    faults.push(`${id} at ${revision} should have been forgotten`);
  if (!text.includes(`"resourceVersion":"${revision}"`)) faults.push(`${id} at ${revision} carries another revision`);
  return faults;
}

function* pageOf<T>(rows: Iterable<T>): Iterable<T> {
  let count = 0;
  for (const row of rows) {
    yield row;
    if (++count === PAGE) return;
  }
}

/** Lets other requests run between steps. What they commit is not checked. */
export async function checkInTurns(tables: LogTables, { later }: Pick<Turns, "later">): Promise<CheckReport> {
  const steps = checkSteps(tables);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await new Promise<void>(later);
  }
}
