/** The server's printer columns as columns of a live table: ages advance, states have colours, names are links. */
import type { TableColumnDefinition } from "../../api/resources/table.ts";
import type { Kind } from "../api/kind.ts";
import { objectHref } from "../api/links.ts";
import type { Columns, Row } from "../live/table.ts";
import { Age } from "../parts/age.tsx";
import { CutName } from "../parts/cut-name.tsx";
import { StateChip } from "../parts/state-chip.tsx";
import { toneOfFraction, toneOfState } from "../parts/tone.ts";
import type { Column } from "../table/column.ts";

export interface ColumnsOptions {
  readonly kind: Kind;
  readonly columns: Columns;
  /** Rows that determine the widths. */
  readonly sample: readonly Row[];
  /** Rows of several namespaces. */
  readonly everywhere: boolean;
  readonly wide: boolean;
  /** On a narrow page the state follows the name, and generic columns come last. */
  readonly narrow: boolean;
}

const NARROWEST = 7;
const WIDEST = 42;
/** Leaves room for the state beside the name on a phone. */
const WIDEST_NAME_WHEN_NARROW = 21;
const PADDING = 4;
const STATES = /^(status|phase|state|condition|type)$/i;
/** Columns of lower priority that are always shown. */
const ALWAYS = new Set(["pods/Node"]);

export function columnsFor({ kind, columns, sample, everywhere, wide, narrow }: ColumnsOptions): Column<Row>[] {
  const shown = columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => wide || column.priority === 0 || ALWAYS.has(`${kind.plural}/${column.name}`))
    .map(({ column, index }) => columnOf({ kind, sample, narrow }, column, index));
  const [first, ...rest] = shown;
  if (!first) return [];
  const place = everywhere ? [namespaceColumn(sample)] : [];
  if (!narrow) return [first, ...place, ...rest];
  const states = rest.filter(({ title }) => STATES.test(title));
  return [first, ...states, ...rest.filter((column) => !states.includes(column)), ...place];
}

function columnOf(
  { kind, sample, narrow }: Pick<ColumnsOptions, "kind" | "sample" | "narrow">,
  column: TableColumnDefinition,
  index: number,
): Column<Row> {
  const text = (row: Row) => String(row.cells[index] ?? "");
  const base = { title: column.name, description: column.description };
  if (column.name === "Age") {
    return {
      ...base,
      width: 9,
      cell: ({ metadata }) => <Age of={metadata.creationTimestamp} />,
      // Newest first.
      sortBy: ({ metadata }) => -Date.parse(metadata.creationTimestamp),
    };
  }
  const width = widthOf(column.name, sample.map(text));
  if (column.format === "name" || (index === 0 && column.name === "Name")) {
    return {
      ...base,
      width: Math.min(Math.max(width, 16), narrow ? WIDEST_NAME_WHEN_NARROW : WIDEST),
      cell: (row) => (
        <a
          href={objectHref(kind, { namespace: row.metadata.namespace ?? "", name: row.metadata.name })}
          title={text(row)}
          aria-label={text(row)}
        >
          <CutName text={text(row)} />
        </a>
      ),
      sortBy: text,
    };
  }
  return {
    ...base,
    width: STATES.test(column.name) ? Math.max(width, 22) : width,
    cell: (row) => cellOf(column.name, text(row), row.cells.includes("Completed")),
    sortBy: (row) => {
      const cell = row.cells[index];
      return typeof cell === "number" ? cell : text(row);
    },
  };
}

function cellOf(name: string, text: string, finished: boolean) {
  if (STATES.test(name) && toneOfState(text) !== "") return <StateChip text={text} />;
  const tone = finished ? "" : toneOfFraction(text);
  return (
    <span class={tone} title={text}>
      {text === "<none>" || text === "<unset>" ? "–" : text}
    </span>
  );
}

const namespaceColumn = (sample: readonly Row[]): Column<Row> => ({
  title: "Namespace",
  width: widthOf(
    "Namespace",
    sample.map(({ metadata }) => metadata.namespace ?? ""),
  ),
  cell: ({ metadata }) => metadata.namespace,
  sortBy: ({ metadata }) => metadata.namespace ?? "",
});

const widthOf = (title: string, texts: readonly string[]) =>
  Math.min(WIDEST, Math.max(NARROWEST, title.length + PADDING, ...texts.map((text) => text.length + PADDING)));
