/**
 * What a manager owns, after the schema has changed under it (structured-merge-diff's ReconcileFieldSetWithSchema): what has
 * become atomic is owned whole, and what is atomic no more is owned member by member, as the live object has them.
 */
import { type FieldSet, isEmptySet, MEMBER } from "./field-set.ts";
import { fieldSetOf } from "./field-set-of.ts";
import type { JsonObject } from "./ownership.ts";
import { type MapView, memberType, type TypeView } from "./type-view.ts";

/** Answers the set itself where the schema has not changed. */
export function reconcileSet(set: FieldSet, live: JsonObject, view: TypeView): FieldSet {
  let all: FieldSet | undefined;
  const liveAt = (path: readonly string[]) => {
    all ??= fieldSetOf(live, view);
    return path.reduce<FieldSet | undefined>((node, element) => node?.[element], all);
  };
  return below(set, (element) => typeOfMember(view, element), [], liveAt);
}

type LiveAt = (path: readonly string[]) => FieldSet | undefined;

function below(
  set: FieldSet,
  typeOf: (element: string) => TypeView | undefined,
  path: readonly string[],
  liveAt: LiveAt,
): FieldSet {
  let changed: { [element: string]: FieldSet } | undefined;
  for (const element in set) {
    const node = set[element];
    const type = element === "." ? undefined : typeOf(element);
    if (!node || !type) continue;
    const next = reconciled(node, type, [...path, element], liveAt);
    if (next === node) continue;
    changed ??= { ...set };
    changed[element] = next;
  }
  return changed ?? set;
}

function reconciled(node: FieldSet, type: TypeView, path: readonly string[], liveAt: LiveAt): FieldSet {
  const { map, scalar, list } = type;
  if (!map && scalar) return node;
  const isAtomic = map ? map.atomic : list?.type === "atomic";
  const isWhole = isEmptySet(node);
  if (isWhole !== isAtomic) {
    if (isAtomic) return MEMBER;
    const members = liveAt(path);
    return members && !isEmptySet(members) ? { ".": MEMBER, ...members } : node;
  }
  if (isWhole) return node;
  return below(node, (element) => (map ? typeOfMember({ map }, element) : list?.element), path, liveAt);
}

function typeOfMember({ map }: { readonly map?: MapView }, element: string): TypeView | undefined {
  return map && element.startsWith("f:") ? memberType(map, element.slice(2)) : undefined;
}
