/** Reads what a patch, an apply or an admission webhook made of an object as the kind that it is of. */

import { type DecodedJson, decodeJson } from "../../api/machinery/decode/decode-json.ts";
import { roundedJson } from "../../api/machinery/json/exact-json.ts";
import { completeDraft } from "../../api/machinery/json/json-canonical.ts";
import { copyJson } from "../../api/machinery/json/json-copy.ts";
import { isJsonObject, type JsonObject, setMember } from "../../api/machinery/json/json-object.ts";
import { apiVersionOf } from "../../api/machinery/meta.ts";
import { pruneUntyped } from "../../api/machinery/structural/decode.ts";
import { structOfKind } from "../../api/schema/table.ts";
import type { Served } from "../kind-registry.ts";

/** `nulls` of custom objects that may not be null. */
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
 * The same of what came of a stored object of a built-in kind. What is the stored object's own was read before, and is copied: of a pod
 * whose status a node patches it is the most.
 */
export function decodeChanged(object: JsonObject, stored: JsonObject, served: Served): DecodedJson {
  const { changed, kept } = apart(object, stored);
  const { metadata } = changed;
  const own = isJsonObject(metadata) && isJsonObject(stored.metadata) ? apart(metadata, stored.metadata) : undefined;
  const decoded = decodePatched(own ? { ...changed, metadata: own.changed } : changed, served);
  if (!decoded.ok) return decoded;
  const value: Record<string, unknown> = { ...decoded.value, ...copyJson(kept) };
  if (own && isJsonObject(value.metadata)) value.metadata = { ...value.metadata, ...copyJson(own.kept) };
  // What is kept is as it is answered, with nulls that no draft has.
  completeDraft(value, structFor(served));
  return { ...decoded, value };
}

/** `kept` are members that `stored` has as the same objects and lists. */
function apart(object: JsonObject, stored: JsonObject): { readonly changed: JsonObject; readonly kept: JsonObject } {
  const [changed, kept]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
  for (const [name, value] of Object.entries(object))
    setMember(typeof value === "object" && value !== null && value === stored[name] ? kept : changed, name, value);
  return { changed, kept };
}

export function structFor({ group, version, resource }: Served) {
  const struct = structOfKind(apiVersionOf(group, version), resource.kind);
  if (!struct) throw new Error(`no schema for ${resource.kind}`);
  return struct;
}
