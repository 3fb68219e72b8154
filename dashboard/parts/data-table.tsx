/**
 * A table of any length that only renders the visible rows. All rows have the same height, so scrolling requires no
 * measuring.
 */
import { Component, type ComponentChildren } from "preact";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { onRowKey } from "../frame/row-keys.ts";
import { rowsInSight } from "./rows-in-sight.ts";
import { type Comparable, type Sorting, sorted } from "./sorting.ts";

export interface Column<R> {
  readonly title: string;
  readonly description?: string;
  /** In characters. */
  readonly width: number;
  readonly cell: (row: R) => ComponentChildren;
  readonly sortBy: (row: R) => Comparable;
}

interface DataTableProps<R> {
  readonly label: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly keyOf: (row: R) => string;
  readonly open: (row: R) => void;
  readonly sorting?: Sorting;
}

const ROW_HEIGHT = 36;
/** Approximate pixels per character at the table's font size. */
const CHARACTER = 8;

export function DataTable<R>({ label, columns, rows, keyOf, open, sorting: first }: DataTableProps<R>) {
  const scroller = useRef<HTMLDivElement>(null);
  const [sorting, setSorting] = useState<Sorting>(first ?? { column: 0, descending: false });
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(800);
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const sortBy = columns[sorting.column]?.sortBy;
  const ordered = useMemo(() => sorted(rows, sortBy, sorting.descending), [rows, sortBy, sorting.descending]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // Synchronously: the next key may come before the next frame.
  useLayoutEffect(() =>
    onRowKey((key) => {
      const at = ordered.findIndex((row) => keyOf(row) === chosen);
      const here = ordered[at];
      if (key === "open") return here ? open(here) : undefined;
      const next = Math.max(0, Math.min(ordered.length - 1, key === "down" ? at + 1 : at - 1));
      const row = ordered[next];
      const element = scroller.current;
      if (!row || !element) return;
      setChosen(keyOf(row));
      const rowTop = next * ROW_HEIGHT;
      const lowest = element.scrollTop + element.clientHeight - 2 * ROW_HEIGHT;
      if (rowTop < element.scrollTop) element.scrollTop = rowTop;
      else if (rowTop > lowest) element.scrollTop = rowTop - element.clientHeight + 2 * ROW_HEIGHT;
    }),
  );

  const openNow = useRef(open);
  openNow.current = open;
  const latestOpen = useCallback((row: R) => openNow.current(row), []);
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  const { from, to } = rowsInSight({ top, height, rowHeight: ROW_HEIGHT, count: ordered.length });
  return (
    <div class="scroller" ref={scroller} onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
      <table aria-label={label} aria-rowcount={ordered.length + 1} style={{ minWidth: `${width * CHARACTER}px` }}>
        <colgroup>
          {columns.map((column) => (
            <col key={column.title} style={{ width: `${(column.width / width) * 100}%` }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th key={column.title} scope="col" aria-sort={ariaSort(sorting, index)}>
                <button
                  type="button"
                  title={column.description}
                  onClick={() =>
                    setSorting({ column: index, descending: sorting.column === index && !sorting.descending })
                  }
                >
                  {column.title}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {from > 0 && (
            <tr class="spacer">
              <td colSpan={columns.length} style={{ height: `${from * ROW_HEIGHT}px` }} />
            </tr>
          )}
          {ordered.slice(from, to).map((row, index) => (
            <Row
              key={keyOf(row)}
              row={row}
              index={from + index}
              columns={columns}
              chosen={keyOf(row) === chosen}
              open={latestOpen}
            />
          ))}
          {to < ordered.length && (
            <tr class="spacer">
              <td colSpan={columns.length} style={{ height: `${(ordered.length - to) * ROW_HEIGHT}px` }} />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps<R> {
  readonly row: R;
  readonly index: number;
  readonly columns: readonly Column<R>[];
  readonly chosen: boolean;
  readonly open: (row: R) => void;
}

/** Rows that stay visible are not rendered again: scrolling only costs new ones. */
class Row<R> extends Component<RowProps<R>> {
  override shouldComponentUpdate(next: RowProps<R>): boolean {
    const { row, index, columns, chosen } = this.props;
    return row !== next.row || index !== next.index || columns !== next.columns || chosen !== next.chosen;
  }

  override render({ row, index, columns, chosen, open }: RowProps<R>) {
    return (
      <tr
        aria-rowindex={index + 2}
        class={chosen ? "chosen" : undefined}
        onClick={(event) => {
          const onLink = event.target instanceof Element && event.target.closest("a, button");
          if (!onLink && getSelection()?.isCollapsed) open(row);
        }}
      >
        {columns.map((column) => (
          <td key={column.title}>{column.cell(row)}</td>
        ))}
      </tr>
    );
  }
}

const ariaSort = ({ column, descending }: Sorting, index: number) =>
  column !== index ? "none" : descending ? "descending" : "ascending";
