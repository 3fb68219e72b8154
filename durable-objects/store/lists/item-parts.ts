/** Items in the requested form, one run at a time, from memory or else from the log. */
import type { Revision } from "../../../api/store/store.ts";
import type { LogTables } from "../tables/log-tables.ts";
import type { ItemForm } from "./item-form.ts";
import type { ItemRuns, Part, Run } from "./item-runs.ts";

export interface ItemPartsOptions {
  readonly tables: LogTables;
  readonly revisions: readonly Revision[];
  readonly form: ItemForm;
  /** Where runs are cached; absent for lists with a selector, whose runs no other list shares. */
  readonly runs?: ItemRuns;
}

/** Entries per statement, and the length (in UTF-16 units of text) at which a run ends. */
const LOOKUP = 128;
const MAX_RUN_LENGTH = 256 * 1024;
/** The first run of a list is short, so that the first byte leaves early. */
const FIRST_RUN_LENGTH = 16 * 1024;
/** Shorter runs are not worth caching: they are what the end of a page leaves of a run. */
const MIN_CACHED_BYTES = 32 * 1024;
/**
 * Once it is long enough, a run ends before an entry whose revision is a multiple of this. Run boundaries then depend
 * on the content and not on where the list began, so pages, lists of one namespace and a list after a change come to
 * share runs.
 */
const BOUNDARY = 32;
/** How much one list may add to the cache: a long list must not evict everything. */
const MAX_CACHED_PER_LIST = 16 * 1024 * 1024;

export function* itemParts({ tables, revisions, form, runs }: ItemPartsOptions): Generator<Part, undefined> {
  let next = 0;
  let cached = 0;
  const readRun = (): Run => {
    const enough = next === 0 ? FIRST_RUN_LENGTH : MAX_RUN_LENGTH;
    const run = form.run();
    let items = 0;
    for (let at = next, full = false; at < revisions.length && !full; at = next + items) {
      for (const text of tables.texts(revisions.slice(at, at + LOOKUP))) {
        const length = run.add(text);
        items++;
        const following = revisions[next + items] ?? 0;
        full = length >= enough || (length >= MIN_CACHED_BYTES && following % BOUNDARY === 0);
        if (full) break;
      }
      if (at === next + items) throw new Error("the log lost an entry that an open list reads");
    }
    return { revisions: revisions.slice(next, next + items), ...run.finish() };
  };
  while (next < revisions.length) {
    const part = runs?.find(revisions, next, form.name) ?? readPart();
    next += part.items;
    yield part;
  }

  function readPart(): Part {
    const run = readRun();
    const { length } = run.bytes;
    if (!runs || (length < MIN_CACHED_BYTES && next > 0) || cached + length > MAX_CACHED_PER_LIST)
      return { items: run.revisions.length, bytes: run.bytes };
    cached += length;
    return runs.cache(run, form.name);
  }
}
