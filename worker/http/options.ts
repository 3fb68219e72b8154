/** The query parameters that verbs share, checked as Kubernetes checks metav1.CreateOptions, UpdateOptions and PatchOptions. */
import { type FieldError, invalid as invalidField, notSupported, tooLong } from "../../api/machinery/field-error.ts";
import { badRequest, invalid } from "../../api/machinery/status.ts";
import { ApiError } from "./api-error.ts";

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: "Strict" | "Warn" | "Ignore";
  /** Server-side apply only. */
  readonly force: boolean;
}

const VALIDATION_LEVELS = ["Ignore", "Warn", "Strict"];

/** `kind` is the options' kind, as an error names it: CreateOptions, UpdateOptions, PatchOptions. */
export function writeOptions(query: URLSearchParams, kind: string): WriteOptions {
  const errors: FieldError[] = [];
  const dryRun = query.getAll("dryRun").filter((value) => value !== "");
  errors.push(...dryRunErrors(dryRun));
  const fieldManager = query.get("fieldManager") ?? "";
  errors.push(...fieldManagerErrors(fieldManager));
  const level = query.get("fieldValidation") ?? "";
  if (level !== "" && !VALIDATION_LEVELS.includes(level)) {
    errors.push(notSupported("fieldValidation", level, ["", ...VALIDATION_LEVELS]));
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

function fieldManagerErrors(manager: string): FieldError[] {
  const errors: FieldError[] = [];
  if (new TextEncoder().encode(manager).length > MAX_MANAGER) errors.push(tooLong("fieldManager", MAX_MANAGER));
  const unprintable = [...manager].findIndex((rune) => !isPrintable(rune));
  if (unprintable >= 0) {
    errors.push(invalidField("fieldManager", manager, "should only contain printable characters"));
  }
  return errors;
}

/** Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space. */
const isPrintable = (rune: string) => rune === " " || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(rune);

/** Go's strconv.ParseBool as apimachinery's conversion softens it: "false" and "0" are false, anything else given is true. */
export function booleanOption(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== "false" && value !== "0";
}

/** A whole number, or undefined where it is not given. */
export function integerOption(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === "") return undefined;
  if (!/^[+-]?\d+$/.test(value)) {
    throw new ApiError(badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`));
  }
  return Number(value);
}
