/**
 * Decodes the body of a request into a draft object, or the text of Kubernetes' 400. A kind is expected; the body's own
 * kind decides how it is decoded (k8s.io/apimachinery/pkg/runtime/serializer).
 */

import { MAX_STRUCTS, parseJson } from "../json/json-syntax.ts";
import { yamlToJson } from "../yaml/decode-yaml.ts";
import { decodeValidJson } from "./decode-json.ts";
import {
  acceptKind,
  type DecodedBody,
  type FieldValidation,
  type GroupVersionKind,
  kindIn,
  summaryOfText,
  unrecognized,
} from "./decode-kind.ts";

export type { DecodedBody, FieldValidation, GroupVersionKind } from "./decode-kind.ts";

export interface DecodeRequest {
  readonly text: string;
  readonly syntax: "json" | "yaml";
  readonly expected: GroupVersionKind;
  readonly fieldValidation: FieldValidation;
}

/** Decodes the body of a create or update of a built-in kind. */
export function decodeBody({ text, syntax, expected, fieldValidation }: DecodeRequest): DecodedBody {
  const read = readStated(text, syntax);
  if (!read.ok) return unrecognized(expected, read.message, summaryOfText(text));
  return acceptKind({ actual: read.found, expected, fieldValidation }, (struct) => {
    const decoded = decodeValidJson(read.json, struct);
    return decoded.ok ? { ...decoded, strict: [...read.duplicates, ...decoded.strict] } : decoded;
  });
}

type StatedBody =
  | {
      readonly ok: true;
      readonly json: string;
      readonly value: unknown;
      /** The stated kind; empty strings if absent. */
      readonly found: GroupVersionKind;
      readonly duplicates: readonly string[];
    }
  | { readonly ok: false; readonly message: string };

/** The value of a body, and the kind that it states. */
export function readStated(text: string, syntax: "json" | "yaml"): StatedBody {
  const converted = syntax === "yaml" ? yamlToJson(text) : { ok: true as const, json: text, duplicates: [] };
  if (!converted.ok) return converted;
  const parsed = parseJson(converted.json, MAX_STRUCTS);
  if (!parsed.ok) return { ok: false, message: `couldn't get version/kind; json parse error: ${parsed.message}` };
  const found = kindIn(parsed.value);
  return found.ok ? { ...converted, value: parsed.value, found } : found;
}
