/** Members of values, which may not be there. */
import { CelError, type CelMap, isCelMap, Optional } from "../values/values.ts";

export function optionalMember([of, field]: readonly unknown[]): Optional {
  const inside = of instanceof Optional ? of.value : of;
  if (of instanceof Optional && !of.isThere) return Optional.NONE;
  if (!isCelMap(inside) || !inside.has(field)) return Optional.NONE;
  const value = inside.get(field);
  return value instanceof Optional ? value : Optional.of(value);
}

/** A value that cannot have members, such as null, lacks the member, and asking for it is an error. */
export function noneIn(value: unknown, key: unknown): CelError {
  if (Array.isArray(value)) return new CelError("unsupported index type 'string' in list");
  return new CelError(`no such key: ${String(key)}`);
}

export const canHold = (value: unknown): boolean =>
  isCelMap(value) || Array.isArray(value) || value instanceof Optional;

export function hasNone(value: unknown): false {
  if (Array.isArray(value)) throw noneIn(value, "");
  return false;
}

export function memberOf(map: CelMap, field: string): unknown {
  const value = map.get(field);
  if (value === undefined && !map.has(field)) throw new CelError(`no such key: ${field}`);
  return value;
}
