/** What the store answers, from what the log holds. */
import type { Attributes, Change, Entry } from "../../api/store.ts";
import type { Current, LogRow } from "./log-tables.ts";

export const entryOf = ({ key, revision, text, attributes }: Current): Entry => ({
  key,
  revision,
  text,
  attributes: JSON.parse(attributes) as Attributes,
});

export const changeOf = (row: LogRow): Change => ({
  ...entryOf(row),
  type: row.tombstone ? "DELETED" : row.replaced === null ? "ADDED" : "MODIFIED",
  ...(row.previous !== null && { previous: JSON.parse(row.previous) as Attributes }),
});
