/** Converts log rows to the store's answers. */

import type { Attributes } from "../../../api/machinery/selectors/requirement.ts";
import type { Change, Entry, TextChange } from "../../../api/store/store.ts";
import type { Current, LogRow } from "../tables/log-tables.ts";

export const entryOf = ({ key, revision, text, attributes }: Current): Entry => ({
  key,
  revision,
  text,
  attributes: JSON.parse(attributes) as Attributes,
});

const typeOf = ({ tombstone, replaced }: LogRow) => (tombstone ? "DELETED" : replaced === null ? "ADDED" : "MODIFIED");

export const textChangeOf = (row: LogRow): TextChange => ({
  type: typeOf(row),
  revision: row.revision,
  key: row.key,
  text: row.text,
});

export const changeOf = (row: LogRow): Change => ({
  ...entryOf(row),
  type: typeOf(row),
  ...(row.previous !== null && { previous: JSON.parse(row.previous) as Attributes }),
});
