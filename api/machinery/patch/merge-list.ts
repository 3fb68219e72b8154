/** Lists of a strategic merge: items matched by merge key, primitives as a set, and the order of what comes out. */
import { MergeError, NestedListError } from "./directive.ts";
import { isJsonObject, type JsonObject } from "./patch-result.ts";
import { goKind, type PatchMember } from "./patch-schema.ts";
import { printGo } from "./print-go.ts";
import { mergeMap, withoutDirectives } from "./strategic-merge.ts";

/** Both lists are present; `deletes` says that the patch names primitives to take away. */
export function mergeList(
  original: readonly unknown[],
  patch: readonly unknown[],
  member: PatchMember & { readonly deletes?: boolean },
): unknown[] {
  if (original.length === 0 && patch.length === 0) return [];
  const { mergeKey } = member;
  if (elementTypeOf(original, patch) !== "map") {
    if (member.deletes) return original.filter((item) => !patch.includes(item));
    const merged = withoutDuplicates([...original, ...patch]);
    return inOrder(merged, { patchOrder: patch, serverOrder: original, mergeKey });
  }
  if (mergeKey === "") throw new MergeError(`cannot merge lists without merge key for ${goKind(member.schema)}`);
  const { kept, items } = applyItemDirectives(original as JsonObject[], patch as JsonObject[], mergeKey);
  const merged = [...kept];
  for (const item of items) {
    if (!(mergeKey in item)) throw noMergeKey(item, mergeKey);
    const at = merged.findIndex((old) => mergeKey in old && old[mergeKey] === item[mergeKey]);
    const old = merged[at];
    if (old) merged[at] = mergeMap(old, item, member.schema);
    else merged.push(item);
  }
  return inOrder(merged, { patchOrder: items, serverOrder: kept, mergeKey });
}

/** The list of a `$setElementOrder/…`; undefined where there is none to order. */
export function mergeOrderedList(lists: {
  readonly original: unknown[] | undefined;
  readonly patch: unknown[] | undefined;
  readonly order: unknown[];
  readonly member: PatchMember;
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

/**
 * The order in which Kubernetes believes the server to have the items: it merges in the memory of the original list, so
 * that added items stand in the places that deleted ones left free.
 */
function reusedOrder(original: readonly JsonObject[], patch: readonly JsonObject[], mergeKey: string): JsonObject[] {
  const memory = [...original];
  let length = memory.length;
  const find = (item: JsonObject) =>
    memory.slice(0, length).findIndex((old) => mergeKey in old && old[mergeKey] === item[mergeKey]);
  for (const item of patch.filter(({ $patch }) => $patch === "delete"))
    for (let at = find(item); at >= 0; at = find(item)) memory.copyWithin(at, at + 1, length--);
  if (patch.some(({ $patch }) => $patch === "replace")) return memory;
  for (const item of patch)
    if (!("$patch" in item) && length < memory.length && find(item) < 0) memory[length++] = item;
  return memory;
}

/** What `$patch` says of single items: delete one, or replace the whole list. */
function applyItemDirectives(original: JsonObject[], patch: JsonObject[], mergeKey: string) {
  let kept = original;
  let replaces = false;
  const items: JsonObject[] = [];
  for (const item of patch) {
    if (!("$patch" in item)) items.push(item);
    else if (item.$patch === "replace") replaces = true;
    else if (item.$patch === "delete") {
      if (!(mergeKey in item)) throw noMergeKey(item, mergeKey);
      kept = kept.filter((old) => !(mergeKey in old) || old[mergeKey] !== item[mergeKey]);
    } else if (item.$patch === "merge") throw new MergeError("merging lists cannot yet be specified in the patch");
    else throw new MergeError(`unknown patch type: ${printGo(item.$patch)} in map: ${printGo(item)}`);
  }
  return replaces ? { kept: items, items: [] } : { kept, items };
}

/** The patch's items must stand in the order that the directive gives; deletions stand anywhere. */
function checkOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (order.length === 0 || patch.length === 0) return;
  const items = patch.filter((item) => !(isJsonObject(item) && item.$patch === "delete"));
  let next = 0;
  // Any other directive is passed over, but not behind the last of the order: so does Kubernetes.
  for (let at = 0; next < items.length && at < order.length; ) {
    const item = items[next];
    if (isJsonObject(item) && "$patch" in item) next++;
    else if (sameItem(item, order[at++], mergeKey)) next++;
  }
  if (next < items.length)
    throw new MergeError(
      `The order in patch list:\n${printGo(patch)}\n doesn't match $setElementOrder list:\n${printGo(order)}\n`,
    );
}

function sameItem(a: unknown, b: unknown, mergeKey: string): boolean {
  if (mergeKey === "") return a === b;
  return keyOf(a, mergeKey) === keyOf(b, mergeKey);
}

function keyOf(item: unknown, mergeKey: string): unknown {
  if (!isJsonObject(item))
    throw new MergeError(
      `expected a map[string]interface {}, but received a ${typeof item === "string" ? "string" : "int64"}`,
    );
  if (!(mergeKey in item)) throw noMergeKey(item, mergeKey);
  return item[mergeKey];
}

/**
 * Items that the patch names in the patch's order, all others in the server's; where both lists could go on, the
 * server's item goes first only if the server had it before the other.
 */
function inOrder(
  merged: readonly unknown[],
  orders: {
    readonly patchOrder: readonly unknown[];
    readonly serverOrder: readonly unknown[];
    readonly mergeKey: string;
  },
): unknown[] {
  const { patchOrder, serverOrder, mergeKey } = orders;
  const identity = mergeKey === "" ? (item: unknown) => item : (item: unknown) => keyOf(item, mergeKey);
  const inPatch = positions(patchOrder, identity);
  const inServer = positions(serverOrder, identity);
  const named = sortBy(
    merged.filter((item) => inPatch.has(identity(item))),
    (item) => inPatch.get(identity(item)),
  );
  const others = sortBy(
    merged.filter((item) => !inPatch.has(identity(item))),
    (item) => inServer.get(identity(item)),
  );
  const out: unknown[] = [];
  let other = 0;
  for (const item of named) {
    const at = inServer.get(identity(item));
    while (other < others.length) {
      const otherAt = inServer.get(identity(others[other]));
      if (at === undefined || otherAt === undefined || otherAt >= at) break;
      out.push(others[other++]);
    }
    out.push(item);
  }
  return [...out, ...others.slice(other)];
}

function positions(list: readonly unknown[], identity: (item: unknown) => unknown): Map<unknown, number> {
  const map = new Map<unknown, number>();
  for (const [i, item] of list.entries()) if (!map.has(identity(item))) map.set(identity(item), i);
  return map;
}

/** An insertion sort, because items of unknown position move ahead of all before them, as they do in Kubernetes. */
function sortBy(items: readonly unknown[], position: (item: unknown) => number | undefined): unknown[] {
  const sorted: unknown[] = [];
  for (const item of items) {
    const at = position(item);
    let i = sorted.length;
    while (i > 0) {
      const before = position(sorted[i - 1]);
      if (at !== undefined && before !== undefined && at >= before) break;
      i--;
    }
    sorted.splice(i, 0, item);
  }
  return sorted;
}

/** A repeated primitive gives its later places to the list's last items, as Kubernetes does it. */
function withoutDuplicates(items: unknown[]): unknown[] {
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

/** The one type of all items of both lists: `map`, or a scalar's. */
function elementTypeOf(...lists: readonly (readonly unknown[])[]): string {
  let type: string | undefined;
  for (const item of lists.flat()) {
    if (Array.isArray(item)) throw new NestedListError("lists of lists are not supported");
    const own = isJsonObject(item)
      ? "map"
      : typeof item === "number" && !Number.isInteger(item)
        ? "float64"
        : typeof item;
    if (type !== undefined && type !== own)
      throw new MergeError(`list element types are not identical: ${printGo(lists)}`);
    type = own;
  }
  if (type === undefined) throw new MergeError("no elements in any of the given slices");
  return type;
}

const noMergeKey = (item: JsonObject, mergeKey: string) =>
  new MergeError(`map: ${printGo(item)} does not contain declared merge key: ${mergeKey}`);
