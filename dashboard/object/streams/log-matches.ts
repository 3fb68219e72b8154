/** Where a log contains what is sought, and which of these places is the current one while lines come and go. */
import { placesOf } from "../summary/places-of.ts";

/** The identity of a match: its place in the text changes whenever a line is added or dropped. */
export interface Match<L> {
  readonly line: L;
  /** Among the matches of this line. */
  readonly nth: number;
}

export interface Found<L> extends Match<L> {
  /** In the whole text. */
  readonly at: number;
}

/** More would slow down the page. */
export const MAX_MATCHES = 2000;

/** The last matches in the lines joined by line breaks, in order. `texts` are the texts of `lines`. */
export function matchesIn<L>(lines: readonly L[], texts: readonly string[], sought: string): Found<L>[] {
  const found: Found<L>[] = [];
  let line = 0;
  let end = texts[0]?.length ?? 0;
  for (const at of placesOf(texts.join("\n"), sought, MAX_MATCHES).toReversed()) {
    while (at > end) end += 1 + (texts[++line]?.length ?? 0);
    const of = lines[line];
    const last = found.at(-1);
    if (of !== undefined) found.push({ line: of, nth: last && last.line === of ? last.nth + 1 : 0, at });
  }
  return found;
}

/** The current match's index; -1 if there is none, or its line has been dropped. */
export const indexOf = <L>(found: readonly Found<L>[], current: Match<L> | undefined): number =>
  current === undefined ? -1 : found.findIndex(({ line, nth }) => line === current.line && nth === current.nth);

/** The one to go to: round at the ends, and first to the newest, which is where a log is read. */
export function step<L>(found: readonly Found<L>[], current: Match<L> | undefined, by: 1 | -1): Found<L> | undefined {
  const index = indexOf(found, current);
  return index < 0 ? found.at(-1) : found[(index + by + found.length) % found.length];
}
