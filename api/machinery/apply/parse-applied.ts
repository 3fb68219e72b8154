/** The body of an apply: YAML (a superset of JSON), read into a map without a schema. */

import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { badRequest, goJsonType, type PatchFailure } from "../patch/patch-result.ts";
import { readYaml, type YamlText } from "../yaml/decode-yaml.ts";

export type ParsedApplied =
  | {
      readonly ok: true;
      readonly value: JsonObject;
      /** What `fieldValidation=Strict` refuses, after the apply itself has succeeded; `Warn` sends the `warnings`. */
      readonly strict?: { readonly failure: PatchFailure; readonly warnings: readonly string[] };
    }
  | PatchFailure;

/** An empty body is an empty map: its missing kind is reported later. */
export function parseApplied(body: YamlText): ParsedApplied {
  const read = body.ok ? readYaml(body.text) : { ok: false as const, message: `yaml: ${body.problem}` };
  if (!read.ok) return badRequest(`error decoding YAML: error converting YAML to JSON: ${read.message}`);
  const value = read.value ?? {};
  if (!isJsonObject(value)) {
    const problem = `json: cannot unmarshal ${goJsonType(value)} into Go value of type map[string]interface {}`;
    return badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${problem}`);
  }
  const { duplicates } = read;
  if (duplicates.length === 0) return { ok: true, value };
  const failure = badRequest(`error strict decoding YAML: error converting YAML to JSON: ${duplicates.join("")}`);
  // One warning per line, without the heading.
  const lines = duplicates.flatMap((problem) => problem.split("\n").slice(1));
  return { ok: true, value, strict: { failure, warnings: lines.map((line) => line.trim()) } };
}
