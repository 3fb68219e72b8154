/** How far a new line begins behind the margin, by the line before the cursor: as that does, deeper in a map or an item that it begins. */
export function indentAfter(line: string): number {
  const spaces = /^ */.exec(line)?.[0].length ?? 0;
  const deeper = /:\s*$/.test(line) ? 2 : 0;
  const inItem = /^ *- +\S/.test(line) ? 2 : 0;
  return spaces + deeper + inItem;
}
