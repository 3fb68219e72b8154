/**
 * RFC 7386: null deletes, objects merge, all else replaces. Nulls within a new member vanish with their keys, those in objects
 * of lists too: evanphx/json-patch keeps them only where something else takes an object's place.
 */
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { badRequest, goJsonType, type PatchResult } from "./patch-result.ts";

/** `patch` is the parsed body. */
export function applyMergePatch(
  object: JsonObject,
  patch: unknown,
  fieldValidation: "Ignore" | "Warn" | "Strict",
): PatchResult {
  if (isJsonObject(patch)) return { ok: true, object: merge(object, patch), strictErrors: [] };
  // The strict reading takes null for an empty map; the library that patches does not.
  if (fieldValidation === "Ignore" || patch === null) return badRequest("Invalid JSON Patch");
  return badRequest(
    `error decoding patch: json: cannot unmarshal ${goJsonType(patch)} into Go value of type map[string]interface {}`,
  );
}

function merge(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else {
      const old = merged[key];
      if (!isJsonObject(old)) merged[key] = withoutNulls(value);
      else merged[key] = isJsonObject(value) ? merge(old, value) : value;
    }
  }
  return merged;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  return merge({}, value);
}
