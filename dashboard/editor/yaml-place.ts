/** Where the cursor is in a manifest, by indentation: a text that is being edited is rarely valid YAML. */
export interface YamlPlace {
  readonly apiVersion: string;
  readonly kind: string;
  /** The keys that lead here; "[]" for a list item. */
  readonly path: readonly string[];
  /** The key whose value is being edited; undefined while editing a key. */
  readonly key: string | undefined;
  /** The part of the key or value before the cursor. */
  readonly word: string;
  /** The column of the key. */
  readonly indent: number;
  /** Sibling keys. */
  readonly siblings: ReadonlySet<string>;
}

const ITEM = "[]";

interface Line {
  /** Columns of the dashes before the key. */
  readonly dashes: readonly number[];
  readonly column: number;
  readonly key: string | undefined;
  readonly rest: string;
}

function lineOf(text: string): Line | undefined {
  const lead = /^( *)((?:- +)*(?:-$)?)/.exec(text);
  const spaces = lead?.[1]?.length ?? 0;
  const marks = lead?.[2] ?? "";
  const body = text.slice(spaces + marks.length);
  if ((body === "" && marks === "") || body.startsWith("#")) return undefined;
  const dashes = [...marks.matchAll(/-/g)].map(({ index }) => spaces + index);
  const found = /^(?:"([^"]*)"|'([^']*)'|([^\s:'"#][^\s:]*)):(?: +(.*)|)$/.exec(body);
  const key = found?.[1] ?? found?.[2] ?? found?.[3];
  return { dashes, column: spaces + marks.length, key, rest: key === undefined ? body : (found?.[4] ?? "") };
}

/** Undefined inside texts that are neither keys nor values. */
export function placeOf(text: string, offset: number): YamlPlace | undefined {
  const start = Math.max(0, text.lastIndexOf("\n---", offset - 1) + 1);
  const end = text.indexOf("\n---", offset);
  const document = text.slice(start, end < 0 ? text.length : end).split("\n");
  const before = text.slice(start, offset).split("\n");
  const current = before.at(-1) ?? "";
  if (/#|["']/.test(current.replace(/^(\s*- )*\s*["'][^"']*["']:/, ""))) return undefined;
  const here = lineOf(current) ?? { dashes: [], column: current.length, key: undefined, rest: "" };
  const above = document.slice(0, before.length - 1).map(lineOf);
  const below = document.slice(before.length).map(lineOf);
  const topLevel = (key: string) =>
    document.map(lineOf).find((line) => line?.column === 0 && line.key === key)?.rest ?? "";
  return {
    apiVersion: topLevel("apiVersion"),
    kind: topLevel("kind"),
    path: pathTo(here, above),
    key: here.key,
    word: here.rest,
    indent: here.column,
    siblings: siblingsOf(here, above, below),
  };
}

type Lines = readonly (Line | undefined)[];

function pathTo(here: Line, above: Lines): string[] {
  const path: string[] = [];
  let { column } = here;
  /** Inside a list: a key in the same column as the dash contains it. */
  let inList = false;
  const enterItem = (dashes: readonly number[]) => {
    for (const dash of dashes.toReversed()) {
      if (dash >= column) continue;
      path.unshift(ITEM);
      column = dash;
      inList = true;
    }
  };
  enterItem(here.dashes);
  for (const line of above.toReversed()) {
    if (!line) continue;
    if (
      line.key !== undefined &&
      (line.column < column || (inList && line.column === column && line.dashes.length === 0))
    ) {
      path.unshift(line.key);
      column = line.column;
      inList = false;
      enterItem(line.dashes);
    } else if (!inList && line.column === column) enterItem(line.dashes);
    if (column === 0 && !inList) break;
  }
  return path;
}

function siblingsOf(here: Line, above: Lines, below: Lines): Set<string> {
  const found = new Set<string>();
  const walk = (lines: Lines, upward: boolean) => {
    for (const line of lines) {
      if (!line) continue;
      const starts = line.dashes.length > 0;
      if (line.column < here.column || (starts && !upward && line.column <= here.column)) return;
      if (line.column === here.column && line.key !== undefined) found.add(line.key);
      if (line.column === here.column && starts) return;
    }
  };
  if (here.dashes.length === 0) walk(above.toReversed(), true);
  walk(below, false);
  return found;
}
