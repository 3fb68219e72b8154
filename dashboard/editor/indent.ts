/**
 * The indentation of a new line, from the line before the cursor: the same, or deeper after the beginning of a map or
 * an item.
 */
export function indentAfter(line: string): number {
  const spaces = /^ */.exec(line)?.[0].length ?? 0;
  const deeper = /:\s*$/.test(line) ? 2 : 0;
  const inItem = /^ *- +\S/.test(line) ? 2 : 0;
  return spaces + deeper + inItem;
}
