import { emptyMap, isEmptyMap } from "../../schema/empty-map.ts";
import { implicitEmptyList, isImplicitEmptyList } from "../../schema/implicit-empty-list.ts";
import { type JsonObject, membersOf, setMember } from "./json-object.ts";

/** A deep copy of a JSON value. structuredClone is more general, and takes seven times as long for a pod. */
export function copyJson<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (isImplicitEmptyList(value)) return implicitEmptyList() as T;
  if (Array.isArray(value)) return value.map(copyJson) as T;
  if (isEmptyMap(value)) return emptyMap() as T;
  const members = membersOf(value);
  const copy: JsonObject = {};
  for (const key of Object.keys(members)) setMember(copy, key, copyJson(members[key]));
  return copy as T;
}
