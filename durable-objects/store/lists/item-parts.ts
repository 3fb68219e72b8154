/** Items in the requested form, one run at a time, from memory or else from the log. */
import type { ListHead, Revision } from "../../../api/store/store.ts";
import type { LogTables } from "../tables/log-tables.ts";
import type { ItemForm } from "./item-form.ts";
import type { ItemRuns, Part, Run } from "./item-runs.ts";

export interface ItemPartsOptions {
  readonly tables: LogTables;
  readonly revisions: readonly Revision[];
  readonly form: ItemForm;
  /** Where runs are cached; absent for lists with a selector, whose runs no other list shares. */
  readonly runs?: ItemRuns;
  /** Of a page. */
  readonly head?: Pick<ListHead, "more">;
}

/** Entries per statement, and the length (in UTF-16 units of text) at which a run ends. */
const LOOKUP = 128;
const MAX_RUN_LENGTH = 256 * 1024;
/** The first run of a list is short, so that the first byte leaves early. */
const FIRST_RUN_LENGTH = 16 * 1024;
/**
 * Shorter runs are what the end of a list leaves. They are not worth caching, but for that of a short list; nor is their
 * use in a longer one, which would come to consist of what many short ones have left.
 */
const MIN_CACHED_BYTES = 32 * 1024;
/**
 * Once it is long enough, a run ends before an entry whose revision is a multiple of this. Run boundaries then depend
 * on the content and not on where the list began, so pages, lists of one namespace and a list after a change come to
 * share runs.
 */
const BOUNDARY = 32;
/** How much one list may add to the cache: a long list must not evict everything. */
const MAX_CACHED_PER_LIST = 16 * 1024 * 1024;

export function* itemParts({ tables, revisions, form, runs, head }: ItemPartsOptions): Generator<Part, undefined> {
  let next = 0;
  let cached = 0;
  const readRun = (): Run => {
    const enough = next === 0 ? FIRST_RUN_LENGTH : MAX_RUN_LENGTH;
    const run = form.run();
    let items = 0;
    let isFull = false;
    for (let at = next; at < revisions.length && !isFull; at = next + items) {
      for (const text of tables.texts(revisions.slice(at, at + LOOKUP))) {
        const length = run.add(text);
        items++;
        const following = revisions[next + items] ?? 0;
        isFull = length >= enough || (length >= MIN_CACHED_BYTES && following % BOUNDARY === 0);
        if (isFull) break;
      }
      if (at === next + items) throw new Error("the log lost an entry that an open list reads");
    }
    return { revisions: revisions.slice(next, next + items), isFull, ...run.finish() };
  };
  const isLongEnough = ({ items, bytes, isFull }: Part): boolean =>
    isFull || bytes.length >= MIN_CACHED_BYTES || next + items === revisions.length;
  while (next < revisions.length) {
    const found = runs?.find(revisions, next, form.name);
    const part = found && isLongEnough(found) ? found : readPart();
    next += part.items;
    yield part;
  }

  function readPart(): Part {
    const run = readRun();
    const { bytes, isFull } = run;
    const isWorthIt = bytes.length >= MIN_CACHED_BYTES || (next === 0 && (isFull || !head?.more));
    if (!runs || !isWorthIt || cached + bytes.length > MAX_CACHED_PER_LIST)
      return { items: run.revisions.length, bytes, isFull };
    cached += bytes.length;
    return runs.cache(run, form.name);
  }
}
