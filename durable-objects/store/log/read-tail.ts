/** The log after a revision, as much as fits into one answer. */
import type { Revision, Tail, TextChange, TextsRequest } from "../../../api/store/store.ts";
import type { LogRow, LogTables } from "../tables/log-tables.ts";

/** Maximum text (in UTF-16 units) of an answer that is built in memory; larger ones are paged or streamed. */
export const MAX_TAIL_LENGTH = 8 * 1024 * 1024;

interface TailOptions<C> {
  readonly newest: Revision;
  readonly encode: (row: LogRow) => C;
}

export function readTail<C extends TextChange>(
  tables: LogTables,
  { revision, resources, limit = 1000, except = [] }: TextsRequest,
  { newest, encode }: TailOptions<C>,
): { readonly ok: true } & Tail<C> {
  const changes: C[] = [];
  let length = 0;
  for (const row of tables.rowsBetween(revision, newest, resources)) {
    if (except.some(({ from, through }) => from <= row.revision && row.revision <= through)) continue;
    const last = changes.at(-1)?.revision;
    if (last !== undefined && (changes.length >= limit || length > MAX_TAIL_LENGTH)) {
      return { ok: true, changes, revision: last, more: true };
    }
    changes.push(encode(row));
    length += row.text.length;
  }
  return { ok: true, changes, revision: newest, more: false };
}
