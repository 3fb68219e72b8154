/**
 * Query parameters shared by verbs, validated like metav1.CreateOptions, UpdateOptions and PatchOptions in Kubernetes.
 */
import {
  type FieldError,
  forbidden,
  invalid as invalidField,
  notSupported,
  notSupportedText,
  required,
  tooLong,
} from "../../../api/machinery/field-error.ts";
import { badRequest, invalid } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: "Strict" | "Warn" | "Ignore";
  /** Server-side apply only. */
  readonly force: boolean;
}

const VALIDATION_LEVELS = ["Ignore", "Strict", "Warn"];

/** Like {@link writeOptions}, for a PATCH: apply requires a field manager, and only apply can force. */
export function patchOptions(query: URLSearchParams, isApply: boolean): WriteOptions {
  const errors: FieldError[] = [];
  if (isApply && !query.get("fieldManager")) errors.push(required("fieldManager", "is required for apply patch"));
  if (!isApply && query.has("force")) errors.push(forbidden("force", "may not be specified for non-apply patch"));
  return writeOptions(query, "PatchOptions", errors);
}

/** `kind` is the kind of the options as named in errors: CreateOptions, UpdateOptions, PatchOptions. */
export function writeOptions(query: URLSearchParams, kind: string, found: readonly FieldError[] = []): WriteOptions {
  const errors: FieldError[] = [...found];
  const fieldManager = query.get("fieldManager") ?? "";
  errors.push(...fieldManagerErrors(fieldManager));
  const dryRun = query.getAll("dryRun");
  errors.push(...dryRunErrors(dryRun));
  const level = query.get("fieldValidation") ?? "";
  if (level !== "" && !VALIDATION_LEVELS.includes(level)) {
    errors.push(notSupportedText("fieldValidation", level, ["", ...VALIDATION_LEVELS]));
  }
  if (errors.length > 0) throw new ApiError(invalid("meta.k8s.io", kind, "", errors));
  return {
    dryRun: dryRun.length > 0,
    fieldManager,
    fieldValidation: level === "" ? "Warn" : (level as WriteOptions["fieldValidation"]),
    force: booleanOption(query, "force"),
  };
}

export function dryRunErrors(values: readonly string[]): FieldError[] {
  return values.some((value) => value !== "All") ? [notSupported("dryRun", values, ["All"])] : [];
}

const MAX_MANAGER = 128;
const encoder = new TextEncoder();

function fieldManagerErrors(manager: string): FieldError[] {
  const errors: FieldError[] = [];
  if (encoder.encode(manager).length > MAX_MANAGER) errors.push(tooLong("fieldManager", MAX_MANAGER));
  for (const { rune, at } of runesOf(manager)) {
    if (isPrintable(rune)) continue;
    const code = (rune.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    errors.push(invalidField("fieldManager", manager, `invalid character U+${code} (at position ${at})`));
  }
  return errors;
}

/** The characters of a text with their byte offsets, like Go's range. */
function* runesOf(text: string): Generator<{ rune: string; at: number }> {
  let at = 0;
  for (const rune of text) {
    yield { rune, at };
    at += encoder.encode(rune).length;
  }
}

/** Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space. */
const isPrintable = (rune: string) => rune === " " || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(rune);

/** As apimachinery converts it: "false" in any case and "0" are false, any other value is true. */
export function booleanOption(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value.toLowerCase() !== "false" && value !== "0";
}

/** An integer, or undefined if absent. */
export function integerOption(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (!/^[+-]?\d+$/.test(value)) {
    throw new ApiError(badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`));
  }
  if (BigInt(value) !== BigInt.asIntN(64, BigInt(value))) {
    throw new ApiError(badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: value out of range`));
  }
  return Number(value);
}
