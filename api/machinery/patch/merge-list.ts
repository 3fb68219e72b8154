/** Lists of a strategic merge: items matched by merge key, primitives as a set. */
import { isWholeNumber } from "../json/exact-json.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { MergeError, NestedListError } from "./directive.ts";
import { checkOrder, inOrder, reusedOrder } from "./list-order.ts";
import { noMergeKey } from "./merge-key.ts";
import { withoutDirectives } from "./new-value.ts";
import { goKind, type PatchMember } from "./patch-schema.ts";
import { printGo, printGoText } from "./print-go.ts";

export interface ListMember extends PatchMember {
  /** Merges an item that is a map. */
  readonly mergeItem: (old: JsonObject, patch: JsonObject) => JsonObject;
}

/** Both lists are present; `deletes` means that the patch lists primitives to remove. */
export function mergeList(
  original: readonly unknown[],
  patch: readonly unknown[],
  member: ListMember & { readonly deletes?: boolean },
): unknown[] {
  if (original.length === 0 && patch.length === 0) return [];
  const { mergeKey } = member;
  if (elementTypeOf(original, patch) !== "map") {
    if (member.deletes) {
      const doomed = new Set(patch);
      return original.filter((item) => !doomed.has(item));
    }
    const merged = withoutDuplicates([...original, ...patch]);
    return inOrder(merged, { patchOrder: patch, serverOrder: original, mergeKey });
  }
  if (mergeKey === "") throw new MergeError(`cannot merge lists without merge key for ${goKind(member.schema)}`);
  const { unchanged, items } = applyItemDirectives(original as JsonObject[], patch as JsonObject[], mergeKey);
  const merged = [...unchanged];
  const places = new Map<unknown, number>();
  for (const [at, old] of unchanged.entries())
    if (mergeKey in old && !places.has(old[mergeKey])) places.set(old[mergeKey], at);
  for (const item of items) {
    if (!(mergeKey in item)) throw noMergeKey(item, mergeKey);
    const at = places.get(item[mergeKey]) ?? merged.length;
    const old = merged[at];
    if (!old) places.set(item[mergeKey], at);
    merged[at] = old ? member.mergeItem(old, item) : item;
  }
  return inOrder(merged, { patchOrder: items, serverOrder: unchanged, mergeKey });
}

/** The list of a `$setElementOrder/…`; undefined if there is none to order. */
export function mergeOrderedList(lists: {
  readonly original: unknown[] | undefined;
  readonly patch: unknown[] | undefined;
  readonly order: unknown[];
  readonly member: ListMember;
}): unknown[] | undefined {
  const { original, patch, order, member } = lists;
  const { mergeKey } = member;
  checkOrder(patch ?? [], order, mergeKey);
  if (!original && !patch) return undefined;
  const merged = !patch
    ? (original ?? [])
    : !original
      ? (withoutDirectives(patch) as unknown[])
      : member.strategy === "merge"
        ? mergeList(original, patch, member)
        : patch;
  elementTypeOf(original ?? [], patch ?? []);
  const merges = original && patch && mergeKey !== "" && member.strategy === "merge";
  const serverOrder = merges ? reusedOrder(original as JsonObject[], patch as JsonObject[], mergeKey) : original;
  return inOrder(merged, { patchOrder: order, serverOrder: serverOrder ?? [], mergeKey });
}

/** `$patch` directives on single items: delete one, or replace the whole list. */
function applyItemDirectives(original: JsonObject[], patch: JsonObject[], mergeKey: string) {
  const doomed = new Set<unknown>();
  let replaces = false;
  const items: JsonObject[] = [];
  for (const item of patch) {
    if (!("$patch" in item)) items.push(item);
    else if (item.$patch === "replace") replaces = true;
    else if (item.$patch === "delete") {
      if (!(mergeKey in item)) throw noMergeKey(item, mergeKey);
      doomed.add(item[mergeKey]);
    } else if (item.$patch === "merge") throw new MergeError("merging lists cannot yet be specified in the patch");
    else throw new MergeError(`unknown patch type: ${printGoText(item.$patch)} in map: ${printGo(item)}`);
  }
  if (replaces) return { unchanged: items, items: [] };
  return { unchanged: original.filter((old) => !(mergeKey in old) || !doomed.has(old[mergeKey])), items };
}

/** Longer lists are not compared pairwise: the result keeps its order of arrival. */
const MAX_COMPARISONS = 5000;

/** The later places of a repeated primitive go to the list's last items, as in Kubernetes. */
function withoutDuplicates(items: unknown[]): unknown[] {
  const distinct = new Set(items);
  if (distinct.size === items.length || items.length > MAX_COMPARISONS) return [...distinct];
  let last = items.length - 1;
  for (let i = 0; i < last; i++)
    for (let j = i + 1; j <= last; j++)
      if (items[i] === items[j]) {
        items[j] = items[last];
        last--;
        j--;
      }
  return items.slice(0, last + 1);
}

/** The common type of all items of both lists: `map`, or that of a scalar. */
function elementTypeOf(...lists: readonly (readonly unknown[])[]): string {
  let type: string | undefined;
  for (const item of lists.flat()) {
    if (Array.isArray(item) && type === undefined) throw new NestedListError("lists of lists are not supported");
    const own = isJsonObject(item)
      ? "map"
      : typeof item === "number" && !Number.isInteger(item)
        ? "float64"
        : isWholeNumber(item)
          ? "number"
          : typeof item;
    if (type !== undefined && type !== own)
      throw new MergeError(`list element types are not identical: ${printGo(lists)}`);
    type = own;
  }
  if (type === undefined) throw new MergeError("no elements in any of the given slices");
  return type;
}
