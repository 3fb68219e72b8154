/**
 * Validates values against a structural schema, in the words of kube-openapi's validation and with Kubernetes'
 * ratcheting: an update may keep what was invalid before.
 */

import {
  type FieldError,
  goQuote,
  invalid,
  notSupported,
  notSupportedText,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from "../field-error.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { Correlation } from "./correlate.ts";
import { enumIndexOf } from "./enum-index.ts";
import { checkedFormat, fitsFormat } from "./formats.ts";
import { additionalOf, childPath, itemsOf, type Schema } from "./json-walk.ts";
import { compilePattern, compilingSteps, matchesPattern, matchingSteps } from "./pattern.ts";
import { isInt64, validateNumber } from "./validate-number.ts";
import { limitedErrors, ValidationWork } from "./validation-work.ts";

/** Where Kubernetes names no field. */
export const NOWHERE = "<nil>";

/** The errors, and how much was valid: of several alternatives, the best match is reported. */
interface Result {
  readonly errors: FieldError[];
  matches: number;
}

interface Place {
  readonly path: string;
  readonly correlation: Correlation | undefined;
  readonly work: ValidationWork;
}

/** Validates any value; given its old state, unchanged parts may stay invalid. */
export function validateValue(object: unknown, schema: Schema, old?: unknown): FieldError[] {
  const correlation = old === undefined ? undefined : new Correlation(object, old, schema);
  const work = new ValidationWork();
  const errors = withoutRepeats(check(object, schema, { path: "", correlation, work }).errors);
  const limited = limitedErrors(errors);
  if (work.isDone)
    return [...limited, invalid(NOWHERE, "", "validation by the schema takes too long, and was not completed")];
  return limited === errors
    ? errors
    : [...limited, invalid(NOWHERE, "", "there is more, which is too long to be told")];
}

/** A schema and its alternatives may find the same fault; it is told once. */
function withoutRepeats(errors: FieldError[]): FieldError[] {
  if (errors.length < 2) return errors;
  return [...new Map(errors.map((error) => [`${error.path}: ${error.message}`, error])).values()];
}

function check(value: unknown, schema: Schema, place: Place): Result {
  const result: Result = { errors: [], matches: 0 };
  const { path, correlation, work } = place;
  if (!work.begin()) return result;
  const merge = (other: Result) => {
    for (const error of other.errors) result.errors.push(error);
    result.matches += other.matches + 1;
  };
  const found = (errors: FieldError[]) => {
    work.write(errors);
    for (const error of errors) result.errors.push(error);
    result.matches++;
  };
  found(typeErrors(value, schema, path));
  if (value === null) found(enumErrors(value, schema, place));
  else {
    merge(checkJunctors(value, schema, place));
    if (typeof value === "string") {
      found(stringErrors(value, schema, place));
      found(formatErrors(value, schema, path));
    }
    if (typeof value === "number" || typeof value === "bigint") found(validateNumber(value, schema, path));
    if (Array.isArray(value)) merge(checkList(value, schema, place));
    found(enumErrors(value, schema, place));
    if (isJsonObject(value)) merge(checkMap(value, schema, place));
  }
  result.matches++;
  if (result.errors.length > 0 && correlation?.unchanged) return { errors: [], matches: result.matches };
  return result;
}

const typesOf = (schema: Schema): readonly string[] => {
  if (schema["x-kubernetes-int-or-string"]) return ["integer", "string"];
  return schema.type === undefined || schema.type === "" ? [] : [schema.type];
};

function typeErrors(value: unknown, schema: Schema, name: string): FieldError[] {
  const types = typesOf(schema);
  const wrong = (expected: string, actual: string) => [
    typeInvalid(name, actual, `${name} in body must be of type ${expected}: ${JSON.stringify(actual)}`),
  ];
  if (types.length === 0) return [];
  if (value === null) return schema.nullable ? [] : wrong(types.join(","), "null");
  const actual = typeOf(value);
  const fits = types.includes(actual) || (actual === "integer" && types.includes("number"));
  const format = checkedFormat(schema);
  const isTextual = actual === "string" || actual === "array";
  const goFormat = actual === "integer" ? "int64" : actual === "number" ? "float64" : "";
  if (!isTextual && format !== "" && !fits && format !== goFormat) return wrong(format, goFormat);
  // For strings and arrays, a format implies the type.
  if (isTextual && format !== "" && !types.includes("number") && !types.includes("integer")) return [];
  return fits ? [] : wrong(types.join(","), actual);
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "number" || typeof value === "bigint") return isInt64(value) ? "integer" : "number";
  return typeof value;
}

function stringErrors(value: string, schema: Schema, { path: name, work }: Place): FieldError[] {
  const length = schema.maxLength === undefined && schema.minLength === undefined ? 0 : [...value].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) return [tooLong(name, schema.maxLength)];
  if (schema.minLength !== undefined && length < schema.minLength)
    return [invalid(name, value, `${name} in body should be at least ${schema.minLength} chars long`)];
  if (!schema.pattern) return [];
  if (!work.spend(compilingSteps(schema.pattern))) return [];
  const pattern = compilePattern(schema.pattern);
  if (!pattern)
    return [
      invalid(
        name,
        value,
        `${name} in body should match '${schema.pattern}', but pattern is invalid: it cannot be matched in bounded time`,
      ),
    ];
  if (!work.spend(matchingSteps(pattern, value))) return [];
  const isMatch = matchesPattern(pattern, value);
  if (isMatch === undefined) work.stop();
  return isMatch === false ? [invalid(name, value, `${name} in body should match '${schema.pattern}'`)] : [];
}

function formatErrors(value: string, { format, type }: Schema, name: string): FieldError[] {
  if (!format || type !== "string" || fitsFormat(format, value)) return [];
  return [typeInvalid(name, value, `${name} in body must be of type ${format}: ${goQuote(value)}`)];
}

function enumErrors(value: unknown, { enum: allowed }: Schema, { path, work }: Place): FieldError[] {
  if (!allowed || allowed.length === 0) return [];
  const index = enumIndexOf(allowed);
  const key = index.keyOf(value);
  if (index.has(key) || !work.spend(key.length + index.messageCost)) return [];
  return [
    typeof value === "string" ? notSupportedText(path, value, index.texts) : notSupported(path, value, index.texts),
  ];
}

function checkList(list: unknown[], schema: Schema, { path, correlation, work }: Place): Result {
  const result: Result = { errors: [], matches: 0 };
  const items = itemsOf(schema);
  if (items)
    list.forEach((item, i) => {
      const inner = check(item, items, { path: `${path}[${i}]`, correlation: correlation?.item(i), work });
      for (const error of inner.errors) result.errors.push(error);
      result.matches += inner.matches;
    });
  if (schema.minItems !== undefined && list.length < schema.minItems)
    result.errors.push(invalid(path, list.length, `${path} in body should have at least ${schema.minItems} items`));
  if (schema.maxItems !== undefined && list.length > schema.maxItems)
    result.errors.push(tooMany(path, list.length, schema.maxItems));
  return result;
}

function checkMap(map: JsonObject, schema: Schema, { path, correlation, work }: Place): Result {
  const { minProperties, maxProperties, properties = {}, required: names = [] } = schema;
  const result: Result = { errors: [], matches: 0 };
  const count = Object.keys(map).length;
  if (minProperties !== undefined && count < minProperties) {
    const detail = `${path} in body should have at least ${minProperties} properties`;
    result.errors.push(invalid(path, count, detail));
  }
  if (maxProperties !== undefined && count > maxProperties) result.errors.push(tooMany(path, count, maxProperties));
  const additional = additionalOf(schema);
  const member = (name: string, of: Schema, at = childPath(path, name)) => {
    const isTypeMeta = path === "" && (name === "kind" || name === "apiVersion");
    const inner = check(map[name], of, {
      path: at,
      correlation: isTypeMeta ? undefined : correlation?.member(name),
      work,
    });
    for (const error of inner.errors) result.errors.push(error);
    result.matches += inner.matches;
  };
  for (const name of Object.keys(map))
    if (additional && !Object.hasOwn(properties, name)) member(name, additional, `${path}.${name}`);
  for (const [name, property] of Object.entries(properties)) if (Object.hasOwn(map, name)) member(name, property);
  for (const name of new Set(names)) if (!Object.hasOwn(map, name)) result.errors.push(required(childPath(path, name)));
  return result;
}

/** anyOf, oneOf, allOf, not. */
function checkJunctors(value: unknown, schema: Schema, { path, work }: Place): Result {
  const result: Result = { errors: [], matches: 0 };
  if (!(schema.anyOf ?? schema.oneOf ?? schema.allOf ?? schema.not)) return result;
  const within = { path, correlation: undefined, work };
  const quotedPath = JSON.stringify(path);
  const fail = (detail: string) => result.errors.push(invalid(NOWHERE, "", `${quotedPath} must ${detail}`));
  const best = (failures: readonly Result[]): Result | undefined =>
    failures.reduce<Result | undefined>(
      (most, each) => (!most || each.matches > most.matches ? each : most),
      undefined,
    );
  const merge = (other: Result | undefined) => {
    if (!other) return;
    for (const error of other.errors) result.errors.push(error);
    result.matches += other.matches;
  };
  const all = (schemas: readonly Schema[] = []) => schemas.map((each) => check(value, each, within));
  const isValid = ({ errors }: Result) => errors.length === 0;

  const any = schema.anyOf?.length ? all(schema.anyOf) : undefined;
  if (any && !any.some(isValid)) {
    fail("validate at least one schema (anyOf)");
    merge(best(any));
  }
  const one = schema.oneOf?.length ? all(schema.oneOf) : undefined;
  const valid = one?.filter(isValid).length ?? 1;
  if (one && valid !== 1) {
    fail(
      `validate one and only one schema (oneOf). ${valid === 0 ? "Found none valid" : `Found ${valid} valid alternatives`}`,
    );
    if (valid === 0) merge(best(one));
  }
  const every = schema.allOf?.length ? all(schema.allOf) : [];
  for (const each of every) merge(each);
  if (!every.every(isValid)) fail(`validate all the schemas (allOf)${every.some(isValid) ? "" : ". None validated"}`);
  if (schema.not && isValid(check(value, schema.not, within))) fail("not validate the schema (not)");
  return result;
}
