/** Which rows of a table are selected, and how clicks and keys change that. */
export interface Selection {
  readonly keys: ReadonlySet<string>;
  /** The row that was clicked last, from which a range extends; "" at first. */
  readonly anchor: string;
}

export interface SelectOptions {
  /** With all rows since the one selected last. */
  readonly range: boolean;
}

export const NOTHING: Selection = { keys: new Set(), anchor: "" };

export function toggled({ keys }: Selection, key: string): Selection {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return { keys: next, anchor: key };
}

/** All rows from the anchor to `key` get the state that `key` would get by itself. */
export function extended(selection: Selection, key: string, order: readonly string[]): Selection {
  const [from, to] = [order.indexOf(selection.anchor), order.indexOf(key)];
  if (from < 0 || to < 0) return toggled(selection, key);
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  const keys = new Set(selection.keys);
  const add = !keys.has(key);
  for (const each of range) {
    if (add) keys.add(each);
    else keys.delete(each);
  }
  return { keys, anchor: key };
}

export type Share = "none" | "some" | "all";

export function shareOf({ keys }: Selection, shown: readonly string[]): Share {
  const count = shown.filter((key) => keys.has(key)).length;
  return count === 0 ? "none" : count === shown.length ? "all" : "some";
}

/** Selects all that are shown, or none of them if all were. What is not shown stays as it is. */
export function toggledAll(selection: Selection, shown: readonly string[]): Selection {
  const all = shareOf(selection, shown) === "all";
  const keys = new Set(selection.keys);
  for (const key of shown) {
    if (all) keys.delete(key);
    else keys.add(key);
  }
  return { keys, anchor: "" };
}
