export type Comparable = string | number;

export interface Sorting {
  /** The column's index. */
  readonly column: number;
  readonly descending: boolean;
}

/** By code units, not by locale: comparisons must be fast, and names are ASCII. */
export function sorted<R>(
  rows: readonly R[],
  sortBy: ((row: R) => Comparable) | undefined,
  descending: boolean,
): readonly R[] {
  if (!sortBy) return rows;
  const direction = descending ? -1 : 1;
  return rows
    .map((row) => ({ row, by: sortBy(row) }))
    .sort((a, b) => (a.by < b.by ? -direction : a.by > b.by ? direction : 0))
    .map(({ row }) => row);
}
