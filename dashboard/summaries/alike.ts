/** Many of one sort, shown as one: a thousand pods that wait for the same reason are one thing to look into. */
export interface Gathered<T> {
  readonly first: T;
  readonly others: number;
}

/** In the order of the first of each sort. */
export function gathered<T>(items: Iterable<T>, sortOf: (item: T) => string): Gathered<T>[] {
  const bySort = Map.groupBy(items, sortOf);
  return [...bySort.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ first, others: others.length }],
  );
}
