/** Marks places in a text without elements of their own, which a text of thousands of lines could not afford. */

/** As the style names them. */
type Name = "found" | "current-match";

/** Returns its undoing. */
export function highlight(name: Name, ranges: readonly Range[]): () => void {
  // Older browsers show the text without marks.
  if (ranges.length === 0 || !("highlights" in CSS)) return () => {};
  const marks = new Highlight(...ranges);
  // The current match is one of those that were found.
  marks.priority = name === "found" ? 0 : 1;
  CSS.highlights.set(name, marks);
  return () => CSS.highlights.delete(name);
}

export function rangeOf(text: Node, at: number, length: number): Range {
  const range = new Range();
  range.setStart(text, at);
  range.setEnd(text, at + length);
  return range;
}
