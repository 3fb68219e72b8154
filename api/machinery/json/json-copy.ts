import { emptyMap, isEmptyMap } from "../../schema/empty-map.ts";
import { implicitEmptyList, isImplicitEmptyList } from "../../schema/implicit-empty-list.ts";
import { setMember } from "./json-object.ts";

/** A deep copy of a JSON value. structuredClone is more general, and takes seven times as long for a pod. */
export function copyJson<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (isImplicitEmptyList(value)) return implicitEmptyList() as T;
  if (Array.isArray(value)) return value.map(copyJson) as T;
  if (isEmptyMap(value)) return emptyMap() as T;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) setMember(copy, key, copyJson((value as Record<string, unknown>)[key]));
  return copy as T;
}
