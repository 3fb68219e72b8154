/**
 * Decodes the body of a create or update of a custom kind into an untyped draft, dropping and reporting unknown fields.
 */
import { type DecodedBody, type DecodeRequest, readStated } from "../decode/decode.ts";
import type { DecodedJson } from "../decode/decode-json.ts";
import { mismatch, refused, summaryOfText, unrecognized, withDefaults } from "../decode/decode-kind.ts";
import { goQuote } from "../field-error.ts";
import { hugeNumberProblem } from "../json/huge-number.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import type { KubeObject } from "../meta.ts";
import { coerceMeta } from "./coerce-meta.ts";
import { dropNulls } from "./defaults.ts";
import { duplicateFields } from "./duplicate-fields.ts";
import type { Schema } from "./json-walk.ts";
import { prune } from "./prune.ts";

export function decodeCustom({ text, syntax, expected, fieldValidation }: DecodeRequest, schema: Schema): DecodedBody {
  const read = readStated(text, syntax);
  if (!read.ok) return unrecognized(expected, read.message, summaryOfText(text));
  const { found } = read;
  const actual = withDefaults(found, expected);
  const refuse = (problem: string) => refused(actual, expected, problem);
  const huge = hugeNumberProblem(read.json);
  if (huge !== undefined) return refuse(huge);
  if (!isJsonObject(read.value))
    return refuse(
      `json: cannot unmarshal ${Array.isArray(read.value) ? "array" : typeof read.value} into Go value of type map[string]interface {}`,
    );
  // Untyped, an object's kind is only what it states itself.
  if (found.kind === "") return unrecognized(expected, `Object 'Kind' is missing in '${text}'`, summaryOfText(text));
  const pruned = pruneUntyped(read.value, schema);
  if (!pruned.ok) return refuse(pruned.message);
  const duplicates = syntax === "yaml" ? read.duplicates : duplicateFields(read.json);
  const strict = fieldValidation === "Ignore" ? [] : [...duplicates, ...pruned.strict];
  if (fieldValidation === "Strict" && strict.length > 0) return refuse(`strict decoding error: ${strict.join(", ")}`);
  // A stated kind requires a stated version, too.
  if (found.version === "" || actual.group !== expected.group || actual.version !== expected.version)
    return mismatch(found, expected);
  return { ok: true, object: pruned.value as KubeObject & JsonObject, warnings: strict };
}

/** Modifies the object: drops what schema and metadata do not know and, unless they are to be kept, forbidden nulls. */
export function pruneUntyped(
  object: JsonObject,
  schema: Schema,
  { nulls = "dropped" }: { readonly nulls?: "dropped" | "kept" } = {},
): DecodedJson {
  const coerced = coerceMeta(object, schema);
  if ("problem" in coerced) return { ok: false, message: coerced.problem };
  const isOwn = (path: string) => path.startsWith("metadata.");
  // First those of the object's own metadata, last those of embedded objects.
  const unknown = [
    ...coerced.unknown.filter(isOwn),
    ...prune(object, schema),
    ...coerced.unknown.filter((path) => !isOwn(path)),
  ];
  if (nulls === "dropped") dropNulls(object, schema);
  object.metadata ??= {};
  return { ok: true, value: object, strict: unknown.map((path) => `unknown field ${goQuote(path)}`) };
}
