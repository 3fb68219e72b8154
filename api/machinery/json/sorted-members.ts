import { isJsonObject } from "./json-object.ts";

/** Untyped objects are Go maps, which are printed with sorted members. */
export function sortedMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedMembers);
  if (!isJsonObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sortedMembers(value[name])]));
}
