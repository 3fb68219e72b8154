/** Merges the applied configuration into the live object; nothing is removed. */

import { isJsonObject, setMember } from "../json/json-object.ts";
import { ownMember } from "../json/own-member.ts";
import { itemsByElement } from "./list-item.ts";
import { formOf, type ListView, type MapView, memberType, type TypeView } from "./type-view.ts";

/** Either argument may be undefined, and so is the result if both are. */
export function mergeTyped(live: unknown, applied: unknown, type: TypeView): unknown {
  if (applied === undefined) return live;
  const form = formOf(type, applied ?? live);
  const bare = isBare(live) && isBare(applied);
  if (form === "map" && type.map && !type.map.atomic && !bare)
    return mergeMap(isJsonObject(live) ? live : {}, isJsonObject(applied) ? applied : {}, type.map);
  if (form === "list" && type.list && type.list.type !== "atomic" && !bare)
    return mergeList(Array.isArray(live) ? live : [], Array.isArray(applied) ? applied : [], type.list);
  return applied;
}

const isBare = (value: unknown) =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0);

function mergeMap(live: { [key: string]: unknown }, applied: { [key: string]: unknown }, map: MapView): unknown {
  const out: { [key: string]: unknown } = { ...live };
  for (const name in applied) {
    const type = memberType(map, name);
    if (type) setMember(out, name, mergeTyped(ownMember(live, name), applied[name], type));
  }
  return out;
}

/**
 * Merges lists: applied items are in the applied order, others in the live order, and an item that only the live list
 * has stays before the next item that both have.
 */
function mergeList(live: readonly unknown[], applied: readonly unknown[], list: ListView): unknown[] {
  const [left, right] = [itemsByElement(list, live), itemsByElement(list, applied)];
  const merge = (element: string): unknown => {
    const same = left.get(element) ?? [];
    // Live items with the same name cannot be told apart, and the applied one replaces them all.
    return mergeTyped(same.length > 1 ? undefined : same[0], right.get(element)?.[0], list.element);
  };
  const liveOrder = orderOf(live, list);
  const appliedOrder = [...right.keys()];
  const shared = appliedOrder.filter((element) => left.has(element));
  const out: unknown[] = [];
  const merged = new Set<string>();
  let [l, r, s] = [0, 0, 0];
  while (l < liveOrder.length || r < appliedOrder.length) {
    const [mine, theirs] = [liveOrder[l], appliedOrder[r]];
    if (mine && theirs !== undefined) {
      if (mine.element === theirs) {
        out.push(merge(theirs));
        merged.add(theirs);
        l++;
        r++;
        s++;
        continue;
      }
      const nextShared = shared[s];
      if (right.has(mine.element) && nextShared !== undefined && nextShared !== mine.element) {
        l++;
        continue;
      }
    }
    if (mine) {
      if (!right.has(mine.element)) {
        out.push(mine.item);
        l++;
        continue;
      }
      if (merged.has(mine.element)) l++;
    }
    if (theirs !== undefined) {
      out.push(merge(theirs));
      merged.add(theirs);
      r++;
      if (shared[s] === theirs) s++;
    }
  }
  return out;
}

/** Each item with its name, in order, including repeated names. */
function orderOf(items: readonly unknown[], list: ListView): { element: string; item: unknown }[] {
  const order: { element: string; item: unknown }[] = [];
  for (const item of items) for (const element of itemsByElement(list, [item]).keys()) order.push({ element, item });
  return order;
}
