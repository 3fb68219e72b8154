/** What a watch that is not live reads by itself: the state that it begins with, and the log. A chunk at a time. */
import type { Revision, WatchRequest } from "../../api/store.ts";
import type { LogTables } from "../store/log-tables.ts";
import { eventOf, LoggedChange } from "./watch-event.ts";
import { concerns } from "./watch-groups.ts";
import { eventLine, watchLine } from "./watch-line.ts";

/** Text read at once, in UTF-16 units, and rows looked at before other requests get a turn. */
const CHUNK = 64 * 1024;
const ROWS = 1000;

/** The objects at these revisions as ADDED events; the first `told` of them fit the chunk. */
export function readState(tables: LogTables, revisions: readonly Revision[]): { text: string; told: number } {
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
  tables: LogTables,
  wanted: WatchRequest,
  { after, newest }: { readonly after: Revision; readonly newest: Revision },
): { text: string; through: Revision } {
  let text = "";
  let looked = 0;
  for (const row of tables.rowsBetween(after, newest, [wanted.resource])) {
    const change = new LoggedChange(row);
    const event = concerns(wanted, row.key) ? eventOf(change, wanted.requirements ?? []) : undefined;
    if (event) text += eventLine(tables, change, event);
    if (++looked === ROWS || text.length > CHUNK) return { text, through: row.revision };
  }
  return { text, through: newest };
}
