/** The fields that a value sets, which its applier owns. Granular objects are owned through their members only. */
import { isJsonObject } from "../json/json-object.ts";
import { type FieldSet, isEmptySet, MEMBER } from "./field-set.ts";
import { itemsByElement } from "./list-item.ts";
import { formOf, memberType, type TypeView } from "./type-view.ts";

export const fieldSetOf = (value: unknown, type: TypeView): FieldSet => walk(value, type).below;

interface Found {
  readonly member: boolean;
  readonly below: FieldSet;
}

const LEAF: Found = { member: true, below: MEMBER };

const put = (out: { [element: string]: FieldSet }, element: string, { member, below }: Found) => {
  if (!isEmptySet(below)) out[element] = member ? { ".": MEMBER, ...below } : below;
  else if (member) out[element] = MEMBER;
};

function walk(value: unknown, type: TypeView): Found {
  const form = formOf(type, value);
  const out: { [element: string]: FieldSet } = {};
  if (form === "map" && type.map && !type.map.atomic) {
    if (!isJsonObject(value)) return { member: false, below: MEMBER };
    for (const name in value) {
      const [member, fieldType] = [value[name], memberType(type.map, name)];
      if (!fieldType) continue;
      const found = walk(member, fieldType);
      const bare = member === null || (isJsonObject(member) && isEmptySet(member as FieldSet));
      put(out, `f:${name}`, { ...found, member: found.member || bare || !type.map.field(name) });
    }
    return { member: false, below: out };
  }
  if (form === "list" && type.list && type.list.type !== "atomic") {
    if (!Array.isArray(value)) return { member: false, below: MEMBER };
    for (const [element, items] of itemsByElement(type.list, value)) {
      const below = items.length === 1 ? walk(items[0], type.list.element).below : MEMBER;
      put(out, element, { member: true, below });
    }
    return { member: false, below: out };
  }
  return LEAF;
}
