/** Log entries on their way to a relay: one JSON line each, with what a watch must know of the entry it replaced. */
import type { Revision } from "../../../api/store/store.ts";
import type { LogRow } from "../tables/log-tables.ts";
import type { LoggedRows } from "./watch-source.ts";

export interface TailEntry {
  readonly row: LogRow;
  /** The replaced object's text, sent if its attributes differed and a selector may have ceased to match. */
  readonly before?: string;
}

type Line = readonly [
  revision: Revision,
  replaced: Revision | null,
  tombstone: boolean,
  resource: string,
  namespace: string,
  name: string,
  attributes: string,
  previous: string | null,
  text: string,
  before: string | null,
];

export function renderTailLine(rows: Pick<LoggedRows, "row">, row: LogRow): string {
  const { revision, replaced, tombstone, key, attributes, previous, text } = row;
  const changed = !tombstone && replaced !== null && previous !== attributes;
  const before = changed ? (rows.row(replaced)?.text ?? null) : null;
  const { resource, namespace, name } = key;
  const line: Line = [revision, replaced, tombstone, resource, namespace, name, attributes, previous, text, before];
  return `${JSON.stringify(line)}\n`;
}

export function parseTailLine(line: string): TailEntry {
  const [revision, replaced, tombstone, resource, namespace, name, attributes, previous, text, before] = JSON.parse(
    line,
  ) as Line;
  const row = { revision, replaced, tombstone, key: { resource, namespace, name }, attributes, previous, text };
  return before === null ? { row } : { row, before };
}
