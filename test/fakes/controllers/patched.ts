/** The patches that controllers send. */

type Json = Record<string, unknown>;

/** Merge patch, with owner references, conditions and finalizers merged as in the strategic patches of controllers. */
export function patched(current: Json, patch: Json, { strategic }: { readonly strategic: boolean }): Json {
  const next: Json = { ...current };
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith("$setElementOrder/")) continue;
    if (value === null) delete next[key];
    else if (strategic && key === "ownerReferences" && Array.isArray(value))
      next[key] = mergeList(next[key], value, (each) => each.uid);
    else if (strategic && key === "conditions" && Array.isArray(value))
      next[key] = mergeConditions((next[key] as Json[]) ?? [], value);
    else if (strategic && key === "finalizers" && Array.isArray(value))
      next[key] = [...new Set([...((next[key] as string[]) ?? []), ...value])];
    else if (key === "$deleteFromPrimitiveList/finalizers")
      next.finalizers = ((next.finalizers as string[]) ?? []).filter((each) => !(value as string[]).includes(each));
    else if (typeof value === "object" && !Array.isArray(value))
      next[key] = patched((next[key] as Json) ?? {}, value as Json, { strategic });
    else next[key] = value;
    if (Array.isArray(next[key]) && (next[key] as unknown[]).length === 0) delete next[key];
  }
  return next;
}

function mergeList(current: unknown, patch: Json[], keyOf: (item: Json) => unknown): Json[] {
  let items = [...((current as Json[]) ?? [])];
  for (const { $patch, ...item } of patch) {
    items = items.filter((each) => keyOf(each) !== keyOf(item));
    if ($patch !== "delete") items.push(item);
  }
  return items;
}

function mergeConditions(current: readonly Json[], patch: readonly Json[]): Json[] {
  const next = [...current];
  for (const item of patch) {
    const at = next.findIndex(({ type }) => type === item.type);
    next.splice(at < 0 ? next.length : at, 1, patched(next[at] ?? {}, item, { strategic: true }));
  }
  return next;
}
