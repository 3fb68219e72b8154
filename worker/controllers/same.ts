import { membersOf } from "../../api/machinery/json/json-object.ts";

/**
 * Whether two JSON values are equal. Absent, undefined and null are the same, and the order of keys does not matter.
 */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return (a ?? undefined) === (b ?? undefined);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = membersOf(a);
  const right = membersOf(b);
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)]))
    if (!same(left[key], right[key])) return false;
  return true;
}
