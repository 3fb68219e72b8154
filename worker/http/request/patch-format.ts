/** The patch media types, and how each is applied. */

import type { DecodedJson } from "../../../api/machinery/decode/decode-json.ts";
import { anotherKind, kindIn, withDefaults } from "../../../api/machinery/decode/decode-kind.ts";
import { invalid as invalidField } from "../../../api/machinery/field-error.ts";
import { hugeNumberProblem } from "../../../api/machinery/json/huge-number.ts";
import { copyJson } from "../../../api/machinery/json/json-copy.ts";
import { type JsonObject, membersOf } from "../../../api/machinery/json/json-object.ts";
import { MAX_STRUCTS, parseJson } from "../../../api/machinery/json/json-syntax.ts";
import { ownMember } from "../../../api/machinery/json/own-member.ts";
import { sortedMembers } from "../../../api/machinery/json/sorted-members.ts";
import { apiVersionOf, type KubeObject, kubeObject } from "../../../api/machinery/meta.ts";
import { unstructuredProblem } from "../../../api/machinery/patch/from-unstructured.ts";
import { applyJsonPatch } from "../../../api/machinery/patch/json-patch.ts";
import { applyMergePatch } from "../../../api/machinery/patch/merge-patch.ts";
import type { PatchResult } from "../../../api/machinery/patch/patch-result.ts";
import { printMerged, printPatched, printUntyped } from "../../../api/machinery/patch/print-patched.ts";
import { applyStrategicMergePatch } from "../../../api/machinery/patch/strategic-merge.ts";
import { printUnmerged } from "../../../api/machinery/patch/unmerged-patch.ts";
import { badRequest, internalError, invalid, unsupportedMediaType } from "../../../api/machinery/status.ts";
import { duplicateFields } from "../../../api/machinery/structural/duplicate-fields.ts";
import { ApiError } from "../../api-error.ts";
import { decodeChanged, decodePatched, structFor } from "../../kinds/decode-patched.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import { patchRefused } from "../response/patch-failure.ts";
import { textOf } from "./body.ts";
import type { WriteOptions } from "./write-options.ts";

export interface PatchContext {
  readonly options: WriteOptions;
  readonly served: Served;
}

/** A parsed body, and its duplicate names. */
export interface ParsedPatch {
  readonly value: unknown;
  readonly duplicates: readonly string[];
}

export interface PatchFormat {
  /** Whether only kinds of the schema table have the needed merge keys; the result is then still of that kind. */
  readonly needsStruct?: boolean;
  readonly apply: (object: KubeObject, patch: unknown, context: PatchContext) => PatchResult;
  /** The error for a body that is not JSON. */
  readonly malformed: (problem: string, fieldValidation: WriteOptions["fieldValidation"]) => string;
  /** What numbers are read into, as errors call it. */
  readonly numbersInto?: string;
  /** Prefix of messages about duplicate names. */
  readonly duplicatesOf?: string;
  /**
   * How an error about the result shows the invalid value: the patched object as JSON, or the patch as Go prints it.
   */
  readonly printed: (patch: unknown, patched: JsonObject, of: PatchedOf) => string;
}

interface PatchedOf {
  readonly original: JsonObject;
  readonly served: Served;
}

export const patchFormats: Readonly<Record<string, PatchFormat>> = {
  "application/json-patch+json": {
    apply: (object, patch, { options }) => applyJsonPatch(membersOf(object), patch, options.fieldValidation),
    malformed: (problem, level) => (level === "Ignore" ? problem : `error decoding patch: ${problem}`),
    numbersInto: "struct field jsonPatchOp.value",
    duplicatesOf: "json patch ",
    printed: (patch, patched) => printPatched(patched, patch),
  },
  "application/merge-patch+json": {
    apply: (object, patch, { options }) => applyMergePatch(membersOf(object), patch, options.fieldValidation),
    malformed: (problem, level) => (level === "Ignore" ? "Invalid JSON Patch" : `error decoding patch: ${problem}`),
    printed: (patch, patched, { original }) => printMerged(patched, patch, original),
  },
  "application/strategic-merge-patch+json": {
    needsStruct: true,
    apply: (object, patch, { served }) => applyStrategicMergePatch(membersOf(object), patch, structFor(served)),
    malformed: (problem) => problem,
    printed: (patch, _, { original, served }) => printUnmerged(patch, original, structFor(served)),
  },
};

const UNKNOWN_CUSTOM_PATCH =
  "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";

/**
 * Throws if the kind does not support the patch: custom kinds have no strategic merge, and neither have their scales.
 */
export function patchFormatOf({ custom }: Pick<Served, "custom">, media: string): PatchFormat {
  const format = ownMember(patchFormats, media);
  if (format && !(format.needsStruct && custom)) return format;
  throw new ApiError(
    custom ? unsupportedMediaType(UNKNOWN_CUSTOM_PATCH) : unsupportedMediaType("415: Unsupported Media Type", {}),
  );
}

export function parsePatch(
  body: Uint8Array,
  { malformed, duplicatesOf = "", numbersInto }: PatchFormat,
  { fieldValidation }: WriteOptions,
): ParsedPatch {
  const text = textOf(body);
  const parsed = parseJson(text, MAX_STRUCTS);
  const problem = parsed.ok ? hugeNumberProblem(text, numbersInto) : parsed.message;
  if (!parsed.ok || problem !== undefined) throw new ApiError(badRequest(malformed(problem ?? "", fieldValidation)));
  const duplicates = fieldValidation === "Ignore" ? [] : duplicateFields(text);
  return { value: parsed.value, duplicates: duplicates.map((duplicate) => `${duplicatesOf}${duplicate}`) };
}

export interface Patched {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/** Patches the object and decodes the result; throws Kubernetes' error if either fails. */
export function applyFormat(
  format: PatchFormat,
  { value: patch, duplicates }: ParsedPatch,
  object: KubeObject,
  context: PatchContext,
): Patched {
  const result = format.apply(object, patch, context);
  if (!result.ok) throw patchRefused(result);
  const { fieldValidation } = context.options;
  const { custom } = context.served;
  // Reported together with unknown fields, which decoding would drop.
  const patched = custom && fieldValidation === "Strict" ? copyJson(result.object) : result.object;
  const decoded = decodeAsKind(result.object, membersOf(object), format, context.served);
  const refuse = (why: string) => {
    const printed = custom
      ? printUntyped(patched)
      : format.printed(patch, patched, { original: membersOf(object), served: context.served });
    return new ApiError(invalid("", "", "", [invalidField("patch", printed, why)]));
  };
  if (!decoded.ok) throw refuse(decoded.message);
  const ofPatch = [...duplicates, ...result.strictErrors].sort((a, b) => operationOf(a) - operationOf(b));
  const strict = fieldValidation === "Ignore" ? [] : [...ofPatch, ...decoded.strict];
  if (fieldValidation === "Strict" && strict.length > 0) throw refuse(`strict decoding error: ${strict.join(", ")}`);
  return { object: kubeObject(decoded.value), warnings: strict };
}

/** The index of the operation that an error is about: errors are sorted by it. */
const operationOf = (message: string): number => Number(/^json patch .* "\[(\d+)\]/.exec(message)?.[1] ?? 0);

/** The patched object must state its own kind, as a body does: PATCH-08. */
function decodeAsKind(object: JsonObject, stored: JsonObject, format: PatchFormat, served: Served): DecodedJson {
  if (served.custom) return decodeCustom(object, served);
  const expected = { group: served.group, version: served.version, kind: served.resource.kind };
  const typeMeta = { kind: expected.kind, apiVersion: apiVersionOf(expected.group, expected.version) };
  const typed = { ...typeMeta, ...object, ...typeMeta };
  if (format.needsStruct) return setIntoStruct(typed, stored, served);
  const found = kindIn(object);
  if (!found.ok) return found;
  const another = anotherKind(withDefaults(found, expected), expected);
  if (another) return { ok: false, message: another };
  if (found.version === "") return internalForm(object, typeMeta);
  const decoded = decodeChanged(typed, stored, served);
  if (decoded.ok && decoded.strict.length < 2) return decoded;
  // Go writes patched objects with sorted members, and reports problems in that order.
  const sorted = decodePatched(sortedMembers(typed) as JsonObject, served);
  return decoded.ok && sorted.ok ? { ...decoded, strict: sorted.strict } : sorted;
}

/** A custom object's kind is checked by validation; when untyped, the object alone determines it. */
function decodeCustom(object: JsonObject, served: Served): DecodedJson {
  const found = kindIn(object);
  if (!found.ok) return found;
  if (found.kind === "") return { ok: false, message: `Object 'Kind' is missing in '${printUntyped(object)}'` };
  if (found.version === "")
    throw new ApiError(internalError("Object 'apiVersion' is missing in 'object has no apiVersion field'"));
  return decodePatched(object, served);
}

/** A result without a version is decoded as Kubernetes' internal form, which has none of the JSON field names. */
function internalForm({ kind: _kind, apiVersion: _apiVersion, ...members }: JsonObject, typeMeta: object): DecodedJson {
  const unknown = Object.keys(members)
    .toSorted()
    .map((name) => `unknown field ${JSON.stringify(name)}`);
  return { ok: true, value: { ...typeMeta, metadata: {} }, strict: unknown };
}

/** To Kubernetes the result of a strategic merge is not JSON: PATCH-10. */
function setIntoStruct(object: JsonObject, stored: JsonObject, served: Served): DecodedJson {
  const decoded = decodeChanged(object, stored, served);
  if (decoded.ok) return { ...decoded, strict: decoded.strict.toSorted() };
  return { ok: false, message: unstructuredProblem(object, structFor(served)) ?? decoded.message };
}
