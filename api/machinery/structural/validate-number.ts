/** The bounds of numbers. JSON does not tell 1 from 1.0, so a number is an integer when it is whole. */

import { type FieldError, invalid } from "../field-error.ts";
import { isWholeNumber } from "../json/exact-json.ts";
import { checkedFormat } from "./formats.ts";
import type { Schema } from "./json-walk.ts";

const NOWHERE = "<nil>";
const outside = (detail: string): FieldError => invalid(NOWHERE, "", detail);

/** Whether Go takes it for an integer: of floats, those that are whole and exact. */
export const isInt64 = (value: number | bigint): boolean => typeof value === "bigint" || Number.isSafeInteger(value);

/** `name` is the path as it stands in messages. */
export function validateNumber(value: number | bigint, schema: Schema, name: string): FieldError[] {
  const errors: FieldError[] = [...rangeErrors(value, schema, name)];
  const wrong = (detail: string) => errors.push(invalid(name, value, `${name} in body should be ${detail}`));
  // Go compares a whole number with the whole part of what bounds it.
  const asRead = (bound: number | undefined) => (bound !== undefined && isInt64(value) ? Math.trunc(bound) : bound);
  const [factor, maximum, minimum] = [schema.multipleOf, schema.maximum, schema.minimum].map(asRead);
  if (factor !== undefined) {
    if (factor <= 0)
      errors.push(invalid(name, factor, `factor MultipleOf declared for ${name} must be positive: ${factor}`));
    else if (!isMultiple(value, factor)) wrong(`a multiple of ${schema.multipleOf}`);
  }
  if (maximum !== undefined) {
    if (schema.exclusiveMaximum && value >= maximum) wrong(`less than ${maximum}`);
    else if (value > maximum) wrong(`less than or equal to ${maximum}`);
  }
  if (minimum !== undefined) {
    if (schema.exclusiveMinimum && value <= minimum) wrong(`greater than ${minimum}`);
    else if (value < minimum) wrong(`greater than or equal to ${minimum}`);
  }
  return errors;
}

function isMultiple(value: number | bigint, factor: number): boolean {
  if (typeof value === "bigint" && Number.isInteger(factor)) return value % BigInt(factor) === 0n;
  const times = factor < 1 ? (1 / factor) * Number(value) : Number(value) / factor;
  return Math.abs(times - Math.round(times)) < 1e-9;
}

const INT_RANGES: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint64: [0, 2 ** 64],
};
const INT64: readonly [bigint, bigint] = [-(2n ** 63n), 2n ** 63n - 1n];

function rangeErrors(value: number | bigint, schema: Schema, name: string): FieldError[] {
  const { type } = schema;
  const format = checkedFormat(schema);
  const told = format === "" ? "(default format)" : `with format ${format}`;
  if (type === "integer") {
    const [least, most] = INT_RANGES[format] ?? INT64;
    if (!isWholeNumber(value) || value < least || value > most)
      return [outside(`Checked value must be of type integer ${told} in ${name}`)];
  } else if (format === "float" && Math.abs(Number(value)) > 3.4028234663852886e38)
    return [outside(`Checked value must be of type ${type ?? ""} ${told} in ${name}`)];
  return [];
}
