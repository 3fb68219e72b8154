import type { Moment } from "../../../api/moment.ts";
import { asRevision } from "../../../api/store/revision.ts";
import type { Marks } from "./log-tables.ts";

/** Up to `most` revisions that can still be read, evenly spaced, the oldest and the newest included. */
export function momentsOf(sql: SqlStorage, { oldest, revision }: Marks, most: number): readonly Moment[] {
  const step = Math.max(1, Math.ceil((revision - oldest) / Math.max(1, most - 1)));
  // Revisions are dense after the mark; the last one at the mark itself may be gone.
  const query = `SELECT revision, committed FROM log WHERE revision >= ?1 AND revision <= ?2
    AND ((revision - ?1) % ?3 = 0 OR revision = ?2) ORDER BY revision`;
  return [...sql.exec(query, oldest, revision, step).raw()].map(([at, committed]) => ({
    revision: asRevision(Number(at)),
    at: Number(committed),
  }));
}
