import type { Row } from "../live/table.ts";

/** The text that filters search, cached per row. */
const texts = new WeakMap<Row, string>();
export function textOf(row: Row): string {
  const known = texts.get(row);
  if (known !== undefined) return known;
  const labels = Object.entries(row.metadata.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const text = [row.metadata.namespace, ...row.cells, ...labels].join(" ").toLowerCase();
  texts.set(row, text);
  return text;
}
