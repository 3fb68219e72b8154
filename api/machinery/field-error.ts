/**
 * Validation results worded as in Kubernetes (k8s.io/apimachinery/pkg/util/validation/field): each is one cause of a
 * 422 Invalid. `path` is the field's path as Kubernetes prints it: `spec.containers[0].image`.
 */
import { isImplicitEmptyList } from "../schema/implicit-empty-list.ts";
import { showDouble } from "./json/double-text.ts";
import { goJson } from "./json/go-json.ts";

export interface FieldError {
  readonly reason:
    | "FieldValueRequired"
    | "FieldValueInvalid"
    | "FieldValueNotSupported"
    | "FieldValueForbidden"
    | "FieldValueDuplicate"
    | "FieldValueNotFound"
    | "FieldValueTooLong"
    | "FieldValueTooMany"
    | "FieldValueTypeInvalid"
    | "InternalError";
  readonly path: string;
  /** The text after the path: `Required value: name is needed`. */
  readonly message: string;
}

/** The path of errors about no single field, as Kubernetes prints an empty path. */
export const WHOLE_OBJECT = "[]";

const withDetail = (head: string, detail: string) => (detail === "" ? head : `${head}: ${detail}`);

/** A value as Go prints it in these messages: strings quoted, objects as JSON with HTML characters escaped. */
const printValue = (value: unknown): string => {
  if (typeof value === "string") return goQuote(value);
  if (typeof value === "number" && !Number.isInteger(value)) return showDouble(value);
  if (value === undefined || value === null || isImplicitEmptyList(value)) return "null";
  return goJson(value);
};

/** Characters that Go escapes with a backslash and a letter, or doubles. */
export const GO_ESCAPES: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

/** Go's %q: printable characters are kept. */
export const goQuote = (text: string): string =>
  `"${text.replace(/["\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, (character) => GO_ESCAPES[character] ?? goEscape(character))}"`;

function goEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
}

export const required = (path: string, detail = ""): FieldError => ({
  reason: "FieldValueRequired",
  path,
  message: withDetail("Required value", detail),
});

export const invalid = (path: string, value: unknown, detail: string): FieldError => ({
  reason: "FieldValueInvalid",
  path,
  message: withDetail(`Invalid value: ${printValue(value)}`, detail),
});

/**
 * The same for a text that is not a plain `string` in Go, but of a type of its own (enumerations, names of resources)
 * or a pointer: it is printed as JSON.
 */
export const invalidTyped = (path: string, value: string, detail: string): FieldError => ({
  ...invalid(path, value, detail),
  message: withDetail(`Invalid value: ${goJson(value)}`, detail),
});

/** Like {@link invalid}, where Kubernetes does not show the value. */
export const invalidWithoutValue = (path: string, detail: string): FieldError => ({
  reason: "FieldValueInvalid",
  path,
  message: `Invalid value: ${detail}`,
});

/** Enumerations are printed like the values of {@link invalidTyped}. */
export const notSupported = (path: string, value: unknown, supported: readonly string[]): FieldError =>
  unsupported(path, typeof value === "string" ? goJson(value) : printValue(value), supported);

/** The same of a field whose type in Go is `string`. */
export const notSupportedText = (path: string, value: string, supported: readonly string[]): FieldError =>
  unsupported(path, goQuote(value), supported);

const unsupported = (path: string, printed: string, supported: readonly string[]): FieldError => ({
  reason: "FieldValueNotSupported",
  path,
  message: `Unsupported value: ${printed}: supported values: ${supported.map(goQuote).join(", ")}`,
});

export const forbidden = (path: string, detail: string): FieldError => ({
  reason: "FieldValueForbidden",
  path,
  message: withDetail("Forbidden", detail),
});

export const duplicate = (path: string, value: unknown): FieldError => ({
  reason: "FieldValueDuplicate",
  path,
  message: `Duplicate value: ${printValue(value)}`,
});

export const notFound = (path: string, value: unknown): FieldError => ({
  reason: "FieldValueNotFound",
  path,
  message: `Not found: ${printValue(value)}`,
});

/** An error that prevented validation. */
export const internalProblem = (path: string, problem: string): FieldError => ({
  reason: "InternalError",
  path,
  message: `Internal error: ${problem}`,
});

/** `maxLength` in bytes, as Kubernetes counts. */
export const tooLong = (path: string, maxLength: number): FieldError => ({
  reason: "FieldValueTooLong",
  path,
  message: `Too long: ${maxLength < 0 ? "value is too long" : `may not be more than ${maxLength} ${maxLength === 1 ? "byte" : "bytes"}`}`,
});

export const tooMany = (path: string, actual: number, max: number): FieldError => ({
  reason: "FieldValueTooMany",
  path,
  message: `Too many: ${actual}: ${max < 0 ? "has too many items" : `must have at most ${max} ${max === 1 ? "item" : "items"}`}`,
});

export const typeInvalid = (path: string, value: unknown, detail: string): FieldError => ({
  reason: "FieldValueTypeInvalid",
  path,
  message: withDetail(`Invalid value: ${printValue(value)}`, detail),
});
