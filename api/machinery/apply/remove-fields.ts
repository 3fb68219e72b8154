/** A value without the fields of a set; an object or a list that loses everything stays, empty. */
import { isJsonObject, setMember } from "../json/json-object.ts";
import { EMPTY, type FieldSet, isEmptySet, isMember, MEMBER } from "./field-set.ts";
import { itemElement } from "./list-item.ts";
import { formOf, type MapView, memberType, type TypeView } from "./type-view.ts";

/** Undefined if nothing is left. */
export function removeFields(value: unknown, remove: FieldSet, type: TypeView): unknown {
  const form = formOf(type, value);
  if (form === "map" && type.map) {
    if (type.map.atomic || !isJsonObject(value) || isEmptySet(value as FieldSet)) return undefined;
    return removeMembers(value, remove, type.map);
  }
  if (form === "list" && type.list) {
    const { list } = type;
    if (list.type === "atomic" || !Array.isArray(value) || value.length === 0) return undefined;
    const remaining = (value as unknown[]).flatMap((item) => {
      const named = itemElement(list, item);
      const node = "element" in named ? remove[named.element] : undefined;
      if (!node) return [item];
      if (isMember(node)) return [];
      return [removeFields(item, node, list.element) ?? emptied(item)];
    });
    return remaining.length > 0 ? remaining : undefined;
  }
  return value;
}

function removeMembers(value: { [key: string]: unknown }, remove: FieldSet, map: MapView): unknown {
  const out: { [key: string]: unknown } = {};
  for (const name in value) {
    const node = remove[`f:${name}`];
    if (!node) setMember(out, name, value[name]);
    else if (!isMember(node)) {
      const type = memberType(map, name);
      const left = type ? (removeFields(value[name], node, type) ?? emptied(value[name])) : value[name];
      setMember(out, name, left);
    }
  }
  return isEmptySet(out as FieldSet) ? undefined : out;
}

const emptied = (value: unknown) => (Array.isArray(value) ? [] : isJsonObject(value) ? {} : null);

/** Adds every declared field on the way to the set's paths, so that removal includes objects that become empty. */
export function withNamedParents(set: FieldSet, type: TypeView | undefined): FieldSet {
  const out: { [element: string]: FieldSet } = {};
  for (const element in set) {
    const node = set[element] ?? EMPTY;
    if (element === "." || isEmptySet(node)) {
      out[element] = node;
      continue;
    }
    const name = element.startsWith("f:") ? element.slice(2) : undefined;
    const child = name === undefined ? type?.list?.element : type?.map && memberType(type.map, name);
    const below = withNamedParents(node, child);
    const declared = name !== undefined && type?.map?.field(name) !== undefined;
    out[element] = declared && !("." in below) ? { ".": MEMBER, ...below } : below;
  }
  return out;
}
