/**
 * A table of any length that only renders the visible rows. All rows have the same height, so scrolling requires no
 * measuring.
 */
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Column } from "./column.ts";
import { AllCheck } from "./row-check.tsx";
import { rowsInSight } from "./rows-in-sight.ts";
import { extended, type Selection, type SelectOptions, shareOf, toggled, toggledAll } from "./selection.ts";
import { SortableHeads } from "./sortable-heads.tsx";
import { type Sorting, sorted } from "./sorting.ts";
import { TableRow } from "./table-row.tsx";
import { useRowKeys } from "./use-row-keys.ts";

export interface Selecting<R> {
  readonly selection: Selection;
  readonly change: (selection: Selection) => void;
  readonly nameOf: (row: R) => string;
}

interface DataTableProps<R> {
  readonly label: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly keyOf: (row: R) => string;
  readonly open: (row: R) => void;
  readonly sorting?: Sorting;
  /** Absent if rows cannot be selected. */
  readonly selecting?: Selecting<R> | undefined;
}

const ROW_HEIGHT = 36;
/** Approximate pixels per character at the table's font size. */
const CHARACTER = 8;
/** In characters, like a column's. */
const CHECK_WIDTH = 5;

export function DataTable<R>(props: DataTableProps<R>) {
  const { label, columns, rows, keyOf, selecting } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [sorting, setSorting] = useState<Sorting>(props.sorting ?? { column: 0, descending: false });
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(800);
  const sortBy = columns[sorting.column]?.sortBy;
  const ordered = useMemo(() => sorted(rows, sortBy, sorting.descending), [rows, sortBy, sorting.descending]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // Rows are not rendered again for another callback, so theirs refers to the latest.
  const latest = useRef({ ordered, ...props });
  latest.current = { ordered, ...props };
  const open = useCallback((row: R) => latest.current.open(row), []);
  const select = useCallback((row: R, { range }: SelectOptions) => {
    const { ordered, keyOf, selecting } = latest.current;
    if (!selecting) return;
    const { selection, change } = selecting;
    change(range ? extended(selection, keyOf(row), ordered.map(keyOf)) : toggled(selection, keyOf(row)));
  }, []);
  const chosen = useRowKeys({ rows: ordered, keyOf, scroller, rowHeight: ROW_HEIGHT, open, select });

  const width = columns.reduce((sum, column) => sum + column.width, selecting ? CHECK_WIDTH : 0);
  const share = (part: number) => ({ width: `${(part / width) * 100}%` });
  const span = columns.length + (selecting ? 1 : 0);
  const { from, to } = rowsInSight({ top, height, rowHeight: ROW_HEIGHT, count: ordered.length });
  return (
    <div class="scroller" ref={scroller} onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
      <table aria-label={label} aria-rowcount={ordered.length + 1} style={{ minWidth: `${width * CHARACTER}px` }}>
        <colgroup>
          {selecting && <col style={share(CHECK_WIDTH)} />}
          {columns.map((column) => (
            <col key={column.title} style={share(column.width)} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {selecting && <AllOf selection={selecting.selection} change={selecting.change} keys={rows.map(keyOf)} />}
            <SortableHeads columns={columns} sorting={sorting} sort={setSorting} />
          </tr>
        </thead>
        <tbody>
          {from > 0 && <Spacer span={span} rows={from} />}
          {ordered.slice(from, to).map((row, index) => (
            <TableRow
              key={keyOf(row)}
              row={row}
              index={from + index}
              columns={columns}
              chosen={keyOf(row) === chosen}
              selected={selecting?.selection.keys.has(keyOf(row))}
              name={selecting?.nameOf(row) ?? ""}
              open={open}
              select={select}
            />
          ))}
          {to < ordered.length && <Spacer span={span} rows={ordered.length - to} />}
        </tbody>
      </table>
    </div>
  );
}

interface AllOfProps {
  readonly selection: Selection;
  readonly change: (selection: Selection) => void;
  readonly keys: readonly string[];
}

const AllOf = ({ selection, change, keys }: AllOfProps) => (
  <AllCheck share={shareOf(selection, keys)} toggle={() => change(toggledAll(selection, keys))} />
);

/** Takes the place of rows that are not rendered. */
const Spacer = ({ span, rows }: { readonly span: number; readonly rows: number }) => (
  <tr class="spacer">
    <td colSpan={span} style={{ height: `${rows * ROW_HEIGHT}px` }} />
  </tr>
);
