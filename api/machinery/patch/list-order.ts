/** The order of a merged list: the patch's order for its items, the server's for all others. */
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { MergeError } from "./directive.ts";
import { keyOf, sameItem } from "./merge-key.ts";
import { printGo } from "./print-go.ts";

/** The patch's items must be in the directive's order; deletions may be anywhere. */
export function checkOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (order.length === 0 || patch.length === 0) return;
  const items = patch.filter((item) => !(isJsonObject(item) && item.$patch === "delete"));
  let next = 0;
  // Other directives are skipped, but not after the last item of the order; Kubernetes does the same.
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

/**
 * Items in the patch are in the patch's order, all others in the server's; where either list could continue, the
 * server's item goes first only if the server had it before the other.
 */
export function inOrder(
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

/** Longer lists are sorted and merged without searching for the place that Kubernetes' memory gives to each item. */
const MAX_COMPARISONS = 10_000_000;

/** Items of unknown position move to the front, as they do in Kubernetes' insertion sort. */
function sortBy(items: readonly unknown[], position: (item: unknown) => number | undefined): unknown[] {
  const known = items.map((item) => ({ item, at: position(item) ?? -1 }));
  const inOrder = known.filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at);
  if (inOrder.length === items.length || items.length ** 2 > MAX_COMPARISONS)
    return [...known.filter(({ at }) => at < 0).reverse(), ...inOrder].map(({ item }) => item);
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

/**
 * The order in which Kubernetes believes the server to have the items: it merges within the memory of the original
 * list, so that added items are in the places freed by deleted ones.
 */
export function reusedOrder(
  original: readonly JsonObject[],
  patch: readonly JsonObject[],
  mergeKey: string,
): JsonObject[] {
  const deleted = patch.filter(({ $patch }) => $patch === "delete");
  if (deleted.length > 0 && patch.length * original.length > MAX_COMPARISONS) {
    const keys = new Set(deleted.map((item) => item[mergeKey]));
    return original.filter((old) => !(mergeKey in old) || !keys.has(old[mergeKey]));
  }
  const memory = [...original];
  let length = memory.length;
  const find = (item: JsonObject) =>
    memory.slice(0, length).findIndex((old) => mergeKey in old && old[mergeKey] === item[mergeKey]);
  for (const item of deleted)
    for (let at = find(item); at >= 0; at = find(item)) memory.copyWithin(at, at + 1, length--);
  if (patch.some(({ $patch }) => $patch === "replace")) return memory;
  for (const item of patch)
    if (!("$patch" in item) && length < memory.length && find(item) < 0) memory[length++] = item;
  return memory;
}
