/** Groups similar items: a thousand pods that wait for the same reason are one thing to look into. */
export interface Gathered<T> {
  readonly first: T;
  readonly others: number;
}

/** Groups in order of their first items. */
export function groupAlike<T>(items: Iterable<T>, sortOf: (item: T) => string): Gathered<T>[] {
  const bySort = Map.groupBy(items, sortOf);
  return [...bySort.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ first, others: others.length }],
  );
}
