/** Checks of single fields shared by many kinds (pkg/apis/core/validation, apimachinery/pkg/api/validation). */
import { isEmptyMap } from "../schema/empty-map.ts";
import { type FieldError, invalid, required } from "./field-error.ts";
import { membersOf } from "./json/json-object.ts";
import { pathSegmentName } from "./names.ts";

/** Adds an error for a negative number; an absent one is accepted. */
export function checkNonNegative(errors: FieldError[], path: string, value: number | undefined): void {
  if (value !== undefined && value < 0) errors.push(invalid(path, value, "must be greater than or equal to 0"));
}

/** Like {@link checkNonNegative}, for numbers that must be at least 1. */
export function checkPositive(errors: FieldError[], path: string, value: number | undefined): void {
  if (value !== undefined && value <= 0) errors.push(invalid(path, value, "must be greater than 0"));
}

/** Adds an error if an immutable value has changed. */
export function checkImmutable(errors: FieldError[], path: string, next: unknown, old: unknown): void {
  if (!sameValue(next, old)) errors.push(invalid(path, next, "field is immutable"));
}

/** Adds errors if what a reference names is absent, or cannot be in a URL. */
export function checkKindAndName(
  errors: FieldError[],
  path: string,
  { kind = "", name = "" }: { readonly kind?: string; readonly name?: string },
): void {
  for (const [field, value] of Object.entries({ kind, name })) {
    if (value === "") errors.push(required(`${path}.${field}`));
    else for (const problem of pathSegmentName(value)) errors.push(invalid(`${path}.${field}`, value, problem));
  }
}

/**
 * Equality of drafts' values like Kubernetes' semantic equality: the order of keys does not matter, and an absent list,
 * map or value equals null and an empty one.
 */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => sameValue(item, b[i]));
  }
  const left = membersOf(a);
  const right = membersOf(b);
  for (const key in left) if (!sameValue(left[key], right[key])) return false;
  for (const key in right) if (!(key in left) && !isNothing(right[key])) return false;
  return true;
}

const isNothing = (value: unknown) =>
  value === undefined || value === null || (Array.isArray(value) ? value.length === 0 : isEmptyMap(value));

/** A map with its keys sorted, as Go prints maps. */
export const sortedMap = <T>(map: Readonly<Record<string, T>> | undefined): Record<string, T> | undefined =>
  map && !isEmptyMap(map) ? Object.fromEntries(Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1))) : map;
