/** What a watch that is not live reads of its store: the state that it begins with, and the log. A chunk at a time. */
import type { Revision, WatchRequest } from "../../api/store.ts";
import type { LogTables, Marks } from "../store/log-tables.ts";
import { planPage } from "../store/plan-page.ts";
import { eventOf, LoggedChange } from "./watch-event.ts";
import { concerns } from "./watch-groups.ts";
import { eventLine, watchLine } from "./watch-line.ts";
import type { LoggedRows, LogPart, WatchSource } from "./watch-source.ts";

/** Text read at once, in UTF-16 units, and rows looked at before other requests get a turn. */
const CHUNK = 64 * 1024;
const ROWS = 1000;

/** The objects at these revisions as ADDED events; the first `told` of them fit the chunk. */
function readState(tables: LogTables, revisions: readonly Revision[]): { text: string; told: number } {
  let text = "";
  let told = 0;
  for (const item of tables.texts(revisions.slice(0, ROWS))) {
    text += watchLine("ADDED", item);
    told++;
    if (text.length > CHUNK) break;
  }
  return { text, told };
}

/** What the log has for a watch after a revision, and how far it was read. */
export function readLog(
  rows: LoggedRows,
  wanted: WatchRequest,
  { after, newest }: { readonly after: Revision; readonly newest: Revision },
): LogPart {
  let text = "";
  let looked = 0;
  for (const row of rows.rowsBetween(after, newest, [wanted.resource])) {
    const change = new LoggedChange(row);
    const event = concerns(wanted, row.key) ? eventOf(change, wanted.requirements ?? []) : undefined;
    if (event) text += eventLine(rows, change, event);
    if (++looked === ROWS || text.length > CHUNK)
      return { text, through: row.revision, ended: row.revision === newest };
  }
  return { text, through: newest, ended: true };
}

/** The store itself: all is at hand. */
export const storeSource = (tables: LogTables, marks: () => Marks): WatchSource => ({
  marks,
  log: tables,
  state(wanted) {
    const at = marks().revision;
    let left: readonly Revision[] = planPage(tables, wanted, { newest: at }).revisions;
    return {
      next() {
        // Compaction may take from a state that nobody pins.
        if (at < marks().oldest) return "compacted";
        const { text, told } = readState(tables, left);
        const ended = told === left.length;
        left = left.slice(told);
        return { text, at, ended };
      },
    };
  },
  after(wanted, revision, newest) {
    return revision < marks().oldest ? "compacted" : readLog(tables, wanted, { after: revision, newest });
  },
});
