/**
 * Validation results as Kubernetes words them (k8s.io/apimachinery/pkg/util/validation/field): each is one cause of a
 * 422 Invalid answer. `path` is the field's path as Kubernetes prints it: `spec.containers[0].image`.
 */
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

const withDetail = (head: string, detail: string) => (detail === "" ? head : `${head}: ${detail}`);

/** A value as Go prints it in these messages: strings quoted, objects as JSON. */
export const printValue = (value: unknown): string =>
  value === undefined || value === null ? "null" : typeof value === "number" ? String(value) : JSON.stringify(value);

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

export const notSupported = (path: string, value: unknown, supported: readonly string[]): FieldError => ({
  reason: "FieldValueNotSupported",
  path,
  message: `Unsupported value: ${printValue(value)}: supported values: ${supported.map((s) => JSON.stringify(s)).join(", ")}`,
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

/** `maxLength` in bytes, as Kubernetes counts. */
export const tooLong = (path: string, maxLength: number): FieldError => ({
  reason: "FieldValueTooLong",
  path,
  message: `Too long: may not be more than ${maxLength} bytes`,
});

export const tooMany = (path: string, actual: number, max: number): FieldError => ({
  reason: "FieldValueTooMany",
  path,
  message: `Too many: ${actual}: must have at most ${max} items`,
});

export const typeInvalid = (path: string, value: unknown, detail: string): FieldError => ({
  reason: "FieldValueTypeInvalid",
  path,
  message: withDetail(`Invalid value: ${printValue(value)}`, detail),
});
