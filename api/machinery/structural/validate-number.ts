/** The bounds of numbers. JSON does not distinguish 1 from 1.0, so a number is an integer if it is whole. */

import { type FieldError, invalid } from "../field-error.ts";
import { showDouble } from "../json/double-text.ts";
import { isWholeNumber } from "../json/exact-json.ts";
import { checkedFormat } from "./formats.ts";
import type { Schema } from "./json-walk.ts";

const NOWHERE = "<nil>";
const outside = (detail: string): FieldError => invalid(NOWHERE, "", detail);

/** Whether Go treats it as an integer: for floats, if they are whole and exact. */
export const isInt64 = (value: number | bigint): boolean => typeof value === "bigint" || Number.isSafeInteger(value);

/** A float is printed with an exponent sooner than in JSON. */
const invalidNumber = (path: string, value: number | bigint, detail: string): FieldError => ({
  ...invalid(path, value, detail),
  ...(isInt64(value) ? {} : { message: `Invalid value: ${showDouble(Number(value))}: ${detail}` }),
});

/** `name` is the path as shown in messages. */
export function validateNumber(value: number | bigint, schema: Schema, name: string): FieldError[] {
  const errors: FieldError[] = [...rangeErrors("Checked", value, schema, name)];
  const wrong = (detail: string) => errors.push(invalidNumber(name, value, `${name} in body should be ${detail}`));
  // Go compares an integer with the integer part of the bound, or as a float if the type cannot hold the bound.
  const asRead = (what: string, bound: number) => {
    const unfit = rangeErrors(what, bound, schema, name);
    errors.push(...unfit);
    return unfit.length === 0 && isInt64(value) ? Math.trunc(bound) : bound;
  };
  const shown = (bound: number) => (isInt64(value) && Number.isInteger(bound) ? String(bound) : showDouble(bound));
  if (schema.multipleOf !== undefined) {
    const factor = asRead("MultipleOf", schema.multipleOf);
    if (factor <= 0)
      errors.push(invalid(name, factor, `factor MultipleOf declared for ${name} must be positive: ${factor}`));
    else if (!isMultiple(value, factor)) wrong(`a multiple of ${shown(factor)}`);
  }
  if (schema.minimum !== undefined) {
    const minimum = asRead("Minimum boundary", schema.minimum);
    if (schema.exclusiveMinimum && value <= minimum) wrong(`greater than ${shown(minimum)}`);
    else if (value < minimum) wrong(`greater than or equal to ${shown(minimum)}`);
  }
  if (schema.maximum !== undefined) {
    const maximum = asRead("Maximum boundary", schema.maximum);
    if (schema.exclusiveMaximum && value >= maximum) wrong(`less than ${shown(maximum)}`);
    else if (value > maximum) wrong(`less than or equal to ${shown(maximum)}`);
  }
  return errors;
}

function isMultiple(value: number | bigint, factor: number): boolean {
  if (isInt64(value) && Number.isInteger(factor)) return BigInt(value) % BigInt(factor) === 0n;
  const times = factor < 1 ? (1 / factor) * Number(value) : Number(value) / factor;
  if (Math.abs(times) > Number.MAX_SAFE_INTEGER) return false;
  const whole = Math.round(times);
  return times === whole || Math.abs(times - whole) < 1e-9 * Math.abs(whole);
}

const INT_RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};
const INT64: readonly [bigint, bigint] = [-(2n ** 63n), 2n ** 63n - 1n];

/** `what` is the number that must fit into the type: the value, or its bound. */
function rangeErrors(what: string, value: number | bigint, schema: Schema, name: string): FieldError[] {
  const { type } = schema;
  const format = checkedFormat(schema);
  const withFormat = format === "" ? "(default format)" : `with format ${format}`;
  if (type === "integer") {
    const [least, most] = INT_RANGES[format] ?? INT64;
    const written = Number.isSafeInteger(value) ? value : isWholeNumber(value) ? asWritten(value) : undefined;
    if (written === undefined || written < least || written > most)
      return [outside(`${what} value must be of type integer ${withFormat} in ${name}`)];
  } else if (format === "float" && Math.abs(Number(value)) > 3.4028234663852886e38)
    return [outside(`${what} value must be of type ${type ?? ""} ${withFormat} in ${name}`)];
  return [];
}

/** A float is judged by its shortest decimal representation: that of int64's maximum exceeds it. */
const asWritten = (value: number | bigint): bigint | undefined => {
  const text = String(value);
  return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
};
