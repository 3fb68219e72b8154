/** What a patch sets where there was nothing: its own value, without what speaks of one that was. */
import { isJsonObject } from "../json/json-object.ts";

/** Nulls of objects at any depth, also within lists; nulls of lists stay. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])),
  );
}

/** Without each object that holds a `$patch`; undefined where the value is one itself. */
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
