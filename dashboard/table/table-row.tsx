import { Component } from "preact";
import type { Column } from "./column.ts";
import { RowCheck } from "./row-check.tsx";
import type { SelectOptions } from "./selection.ts";

export interface RowProps<R> {
  readonly row: R;
  readonly index: number;
  readonly columns: readonly Column<R>[];
  readonly chosen: boolean;
  /** Undefined if rows cannot be selected. */
  readonly selected: boolean | undefined;
  readonly name: string;
  readonly open: (row: R) => void;
  readonly select: (row: R, options: SelectOptions) => void;
}

/** Rows that stay visible are not rendered again: scrolling only costs new ones. */
export class TableRow<R> extends Component<RowProps<R>> {
  override shouldComponentUpdate(next: RowProps<R>): boolean {
    const { row, index, columns, chosen, selected } = this.props;
    return (
      row !== next.row ||
      index !== next.index ||
      columns !== next.columns ||
      chosen !== next.chosen ||
      selected !== next.selected
    );
  }

  override render({ row, index, columns, chosen, selected, name, open, select }: RowProps<R>) {
    return (
      <tr
        aria-rowindex={index + 2}
        class={[chosen && "chosen", selected && "selected"].filter(Boolean).join(" ") || undefined}
        onClick={(event) => {
          const onControl = event.target instanceof Element && event.target.closest("a, button, .pick");
          if (!onControl && getSelection()?.isCollapsed) open(row);
        }}
      >
        {selected !== undefined && (
          <RowCheck name={name} selected={selected} select={(options) => select(row, options)} />
        )}
        {columns.map((column) => (
          <td key={column.title}>{column.cell(row)}</td>
        ))}
      </tr>
    );
  }
}
