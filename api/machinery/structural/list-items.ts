/** Uniqueness of list items: `x-kubernetes-list-type: set` and `map`. */

import { duplicate, type FieldError, invalid } from "../field-error.ts";
import { exactJson } from "../json/exact-json.ts";
import { isJsonObject } from "../json/json-object.ts";
import { sortedMembers } from "../json/sorted-members.ts";
import { additionalOf, childPath, itemsOf, propertyOf, type Schema } from "./json-walk.ts";

export function duplicateItems(value: unknown, schema: Schema | undefined, path = ""): FieldError[] {
  if (!schema) return [];
  if (isJsonObject(value))
    return Object.entries(value).flatMap(([name, member]) => {
      const property = propertyOf(schema, name);
      const at = property ? childPath(path, name) : `${path}[${name}]`;
      return duplicateItems(member, property ?? additionalOf(schema), at);
    });
  if (!Array.isArray(value)) return [];
  const below = value.flatMap((item, i) => duplicateItems(item, itemsOf(schema), `${path}[${i}]`));
  const type = schema["x-kubernetes-list-type"];
  if (type === "set") return [...repeated(value, path, (item) => item), ...below];
  if (type !== "map") return below;
  const odd = value.findIndex((item) => item !== null && !isJsonObject(item));
  if (odd >= 0) {
    const detail = "must be an object for an array of list-type map";
    return [invalid(`${path}[${odd}]`, sortedMembers(value[odd]), detail), ...below];
  }
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const keyOf = (item: unknown) =>
    Object.fromEntries(
      keys
        .filter((key) => isJsonObject(item) && item[key] !== undefined)
        .map((key) => [key, (item as Record<string, unknown>)[key]]),
    );
  return [...repeated(value, path, keyOf), ...below];
}

function repeated(list: readonly unknown[], path: string, keyOf: (item: unknown) => unknown): FieldError[] {
  const seen = new Set<string>();
  const reported = new Set<string>();
  const errors: FieldError[] = [];
  list.forEach((item, i) => {
    const key = keyOf(item);
    const text = canonical(key);
    if (seen.has(text) && !reported.has(text)) {
      errors.push(duplicate(`${path}[${i}]`, key));
      reported.add(text);
    }
    seen.add(text);
  });
  return errors;
}

const canonical = (value: unknown): string => exactJson(sortedMembers(value));
