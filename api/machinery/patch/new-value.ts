/** The value that a patch adds where there was none: without parts that refer to an existing value. */
import { isJsonObject } from "../json/json-object.ts";

/** Removes nulls from objects at any depth, also within lists; nulls that are items stay. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])),
  );
}

/** Removes every object that contains a `$patch`; undefined if the value itself does. */
export function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isJsonObject(value)) return value;
  if ("$patch" in value) return undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      const kept = withoutDirectives(inner);
      return kept === undefined ? [] : [[key, kept]];
    }),
  );
}
