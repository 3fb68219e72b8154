/** The indexes of the values that were there before, in a time that grows with the number of values only. */
export function repeated(values: readonly unknown[]): ReadonlySet<number> {
  const seen = new Set<unknown>();
  const indexes = new Set<number>();
  values.forEach((value, i) => {
    if (seen.has(value)) indexes.add(i);
    else seen.add(value);
  });
  return indexes;
}
