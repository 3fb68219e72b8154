/** How an item of a granular list is identified in a path. */
import { isJsonObject } from "../json/json-object.ts";
import { keyElement, valueElement } from "./path-element.ts";
import type { ListView } from "./type-view.ts";

/** The element, or what is wrong with the item. */
export function itemElement(list: ListView, item: unknown): { element: string } | { problem: string } {
  if (list.type === "set") {
    if (isJsonObject(item)) return { problem: "associative list without keys has an element that's a map type" };
    if (Array.isArray(item)) return { problem: "not supported: associative list with lists as elements" };
    if (item === null) return { problem: "associative list without keys has an element that's an explicit null" };
    return { element: valueElement(item) };
  }
  if (item === null) return { problem: "associative list with keys may not have a null element" };
  if (!isJsonObject(item)) return { problem: "associative list with keys may not have non-map elements" };
  const keys: [string, unknown][] = [];
  for (const key of list.keys) {
    const value = key in item ? item[key] : list.element.map?.field(key)?.default;
    if (value !== undefined) keys.push([key, value]);
  }
  if (keys.length > 0) return { element: keyElement(keys) };
  const named = `[${list.keys.map((key) => JSON.stringify(key)).join(" ")}]`;
  return {
    problem: `associative list with keys has an element that omits all key fields ${named} (and doesn't have default values for any key fields)`,
  };
}

/** An item without a key in a stored object: its owners cannot be tracked. */
export class UnnamedItem extends Error {}

/** The items by element, in order; throws UnnamedItem. */
export function itemsByElement(list: ListView, items: readonly unknown[]): Map<string, unknown[]> {
  const map = new Map<string, unknown[]>();
  for (const item of items) {
    const named = itemElement(list, item);
    if ("problem" in named) throw new UnnamedItem(named.problem);
    const same = map.get(named.element);
    if (same) same.push(item);
    else map.set(named.element, [item]);
  }
  return map;
}
