/** Reads what a patch, an apply or an admission webhook made of an object as the kind that it is of. */

import { type DecodedJson, decodeJson } from "../../api/machinery/decode/decode-json.ts";
import { roundedJson } from "../../api/machinery/json/exact-json.ts";
import type { JsonObject } from "../../api/machinery/json/json-object.ts";
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

export function structFor({ group, version, resource }: Served) {
  const struct = structOfKind(apiVersionOf(group, version), resource.kind);
  if (!struct) throw new Error(`no schema for ${resource.kind}`);
  return struct;
}
