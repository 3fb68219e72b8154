/** What a watch that is not live reads from its store, a chunk at a time: the initial state, and the log. */
import type { Revision, WatchRequest } from "../../../api/store/store.ts";
import { itemParts } from "../lists/item-parts.ts";
import { type ItemRuns, isWhole } from "../lists/item-runs.ts";
import { planPage } from "../log/plan-page.ts";
import type { LogTables, Marks } from "../tables/log-tables.ts";
import { eventText } from "./encoded-events.ts";
import { addedItems, eventForm } from "./event-form.ts";
import { eventOf, LoggedChange } from "./watch-event.ts";
import { isConcernedBy } from "./watch-groups.ts";
import type { LoggedRows, LogPart, WatchSource } from "./watch-source.ts";

/** Text per read, in UTF-16 units, and rows per turn before other requests run. */
const CHUNK = 64 * 1024;
const ROWS = 1000;

/** The log after a revision as one watch sees it, and how far it was read. */
export function readLog(
  rows: LoggedRows,
  wanted: WatchRequest,
  { after, newest }: { readonly after: Revision; readonly newest: Revision },
): LogPart {
  const run = eventForm(wanted.events).run();
  let length = 0;
  let looked = 0;
  for (const row of rows.rowsBetween(after, newest, [wanted.resource])) {
    const change = new LoggedChange(row);
    const event = isConcernedBy(wanted, row.key) ? eventOf(change, wanted.requirements ?? []) : undefined;
    if (event) length = run.add(event.type, eventText(rows, change, event));
    if (++looked === ROWS || length > CHUNK)
      return { bytes: run.finish().bytes, through: row.revision, ended: row.revision === newest };
  }
  return { bytes: run.finish().bytes, through: newest, ended: true };
}

/** The store itself as a source: all is at hand, and the state comes in runs that lists and other watches share. */
export const storeSource = (tables: LogTables, marks: () => Marks, runs: ItemRuns): WatchSource => ({
  marks,
  log: tables,
  state(wanted) {
    const at = marks().revision;
    const { revisions } = planPage(tables, wanted, { newest: at });
    const form = addedItems(eventForm(wanted.events));
    const parts = itemParts({ tables, revisions, form, ...(isWhole(wanted) && { runs }) });
    let left = revisions.length;
    return {
      next() {
        // Compaction may remove parts of a state that nobody pins.
        if (at < marks().oldest) return "compacted";
        const { value: part } = parts.next();
        left -= part?.items ?? 0;
        return { bytes: part?.bytes ?? new Uint8Array(), at, ended: left === 0 };
      },
    };
  },
  after(wanted, revision, newest) {
    return revision < marks().oldest ? "compacted" : readLog(tables, wanted, { after: revision, newest });
  },
});
