/**
 * The result of a patch: the patched object, not yet decoded (defaults, unknown fields and types are up to the next
 * step), or the parts of a Status. `strictErrors` are findings that fieldValidation turns into warnings or errors.
 */
import type { StatusCause } from "../../generated/meta.v1.ts";
import type { JsonObject } from "../json/json-object.ts";

export interface PatchFailure {
  readonly ok: false;
  readonly code: number;
  /** Empty where the real server gives none: an unexpected error, always with code 500. */
  readonly reason: string;
  readonly message: string;
  readonly causes?: readonly StatusCause[];
  /** What went wrong, if `message` does not say: for a caller that patches on behalf of a client. */
  readonly detail?: string;
  /** The answer contains an empty `details`, like a status derived from a bare HTTP code. */
  readonly emptyDetails?: true;
}

export type PatchResult =
  | { readonly ok: true; readonly object: JsonObject; readonly strictErrors: readonly string[] }
  | PatchFailure;

export const badRequest = (message: string): PatchFailure => ({ ok: false, code: 400, reason: "BadRequest", message });

export const internalError = (message: string): PatchFailure => ({ ok: false, code: 500, reason: "", message });

/** Kubernetes does not include the text of these errors. */
export const unprocessable = (): PatchFailure => ({
  ok: false,
  code: 422,
  reason: "Invalid",
  message: "the server rejected our request due to an error in our request",
  emptyDetails: true,
});

/** The name of a value's type in encoding/json's "cannot unmarshal … into Go value". */
export const goJsonType = (value: unknown): string =>
  Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
