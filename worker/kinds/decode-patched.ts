/** Decodes the result of a patch, an apply or an admission webhook as its kind. */

import { type DecodedJson, decodeJson } from "../../api/machinery/decode/decode-json.ts";
import { roundedJson } from "../../api/machinery/json/exact-json.ts";
import { completeDraft } from "../../api/machinery/json/json-canonical.ts";
import { copyJson } from "../../api/machinery/json/json-copy.ts";
import { isJsonObject, type JsonObject, setMember } from "../../api/machinery/json/json-object.ts";
import { apiVersionOf } from "../../api/machinery/meta.ts";
import { pruneUntyped } from "../../api/machinery/structural/decode.ts";
import { structOfKind } from "../../api/schema/table.ts";
import type { Served } from "./kind-registry.ts";

/** `nulls`: fields of custom objects that are null and must not be. */
export function decodePatched(
  object: JsonObject,
  served: Served,
  options?: { readonly nulls: "dropped" | "kept" },
): DecodedJson {
  const { structuralSchema } = served.resource;
  if (structuralSchema) return pruneUntyped(object, structuralSchema, options);
  return decodeJson(roundedJson(object), structFor(served));
}

/**
 * The same for a change of a stored object of a built-in kind. Parts that equal the stored object's were decoded
 * before, and are copied: of a pod whose status a node patches, that is most of it.
 */
export function decodeChanged(object: JsonObject, stored: JsonObject, served: Served): DecodedJson {
  const { changed, unchanged } = splitByChange(object, stored);
  const { metadata } = changed;
  const own =
    isJsonObject(metadata) && isJsonObject(stored.metadata) ? splitByChange(metadata, stored.metadata) : undefined;
  const decoded = decodePatched(own ? { ...changed, metadata: own.changed } : changed, served);
  if (!decoded.ok) return decoded;
  const value: Record<string, unknown> = { ...decoded.value, ...copyJson(unchanged) };
  if (own && isJsonObject(value.metadata)) value.metadata = { ...value.metadata, ...copyJson(own.unchanged) };
  // Kept parts are in the form of answers, with nulls that drafts do not have.
  completeDraft(value, structFor(served));
  return { ...decoded, value };
}

/** `unchanged` are members that `stored` has as identical objects and lists. */
function splitByChange(
  object: JsonObject,
  stored: JsonObject,
): { readonly changed: JsonObject; readonly unchanged: JsonObject } {
  const [changed, unchanged]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
  for (const [name, value] of Object.entries(object))
    setMember(typeof value === "object" && value !== null && value === stored[name] ? unchanged : changed, name, value);
  return { changed, unchanged };
}

export function structFor({ group, version, resource }: Served) {
  const struct = structOfKind(apiVersionOf(group, version), resource.kind);
  if (!struct) throw new Error(`no schema for ${resource.kind}`);
  return struct;
}
