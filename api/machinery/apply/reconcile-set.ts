/**
 * What a manager owns after the schema has changed (structured-merge-diff's ReconcileFieldSetWithSchema): what has
 * become atomic is owned whole. What has become granular is left as if it had always been so.
 */
import { type FieldSet, isEmptySet, MEMBER } from "./field-set.ts";
import { type MapView, memberType, type TypeView } from "./type-view.ts";

/** Returns the set itself if the schema has not changed. */
export const reconcileSet = (set: FieldSet, view: TypeView): FieldSet =>
  reconciledMembers(set, (element) => typeOfMember(view, element));

function reconciledMembers(set: FieldSet, typeOf: (element: string) => TypeView | undefined): FieldSet {
  let changed: { [element: string]: FieldSet } | undefined;
  for (const element in set) {
    const node = set[element];
    const type = element === "." ? undefined : typeOf(element);
    if (!node || !type) continue;
    const next = reconciled(node, type);
    if (next === node) continue;
    changed ??= { ...set };
    changed[element] = next;
  }
  return changed ?? set;
}

function reconciled(node: FieldSet, type: TypeView): FieldSet {
  const { map, scalar, list } = type;
  // An object that was applied empty is itself owned, without any members.
  if (isEmptySet(node) || (!map && scalar)) return node;
  if (map ? map.atomic : list?.type === "atomic") return MEMBER;
  return reconciledMembers(node, (element) => (map ? typeOfMember({ map }, element) : list?.element));
}

function typeOfMember({ map }: { readonly map?: MapView }, element: string): TypeView | undefined {
  return map && element.startsWith("f:") ? memberType(map, element.slice(2)) : undefined;
}
