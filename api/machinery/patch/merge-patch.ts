/**
 * RFC 7386: null deletes, objects merge, everything else replaces. Nulls inside a new member are removed with their
 * keys, including those in objects within lists: evanphx/json-patch only keeps them where a non-object replaces an
 * object.
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
  // Strict decoding accepts null as an empty map; the library that applies the patch does not.
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
