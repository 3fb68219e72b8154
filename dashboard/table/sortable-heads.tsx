import type { Column } from "./column.ts";
import type { Sorting } from "./sorting.ts";

interface SortableHeadProps<R> {
  readonly columns: readonly Column<R>[];
  readonly sorting: Sorting;
  readonly sort: (sorting: Sorting) => void;
}

/** The titles, which sort; the same one again reverses. */
export const SortableHeads = <R,>({ columns, sorting, sort }: SortableHeadProps<R>) =>
  columns.map((column, index) => (
    <th key={column.title} scope="col" aria-sort={ariaSort(sorting, index)}>
      <button
        type="button"
        title={column.description}
        onClick={() => sort({ column: index, descending: sorting.column === index && !sorting.descending })}
      >
        {column.title}
      </button>
    </th>
  ));

const ariaSort = ({ column, descending }: Sorting, index: number) =>
  column !== index ? "none" : descending ? "descending" : "ascending";
