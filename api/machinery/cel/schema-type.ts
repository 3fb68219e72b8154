/** A structural schema as a type of expressions, with the sizes that bound its costs (apiserver pkg/cel/common/schemas.go). */
import { additionalOf, itemsOf, type Schema } from "../structural/json-walk.ts";
import { escapeName } from "./from-json.ts";
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listOf, mapOf, STRING, TIMESTAMP, type Type } from "./type.ts";

/** Kubernetes' limit of a request's body, which bounds every value in it. */
export const MAX_REQUEST_BYTES = 3 * 1024 * 1024;

const DURATION_SIZE = 32;
const DATE_SIZE = 12;
const DATE_TIME_SIZE = 37;

const META: Schema = { type: "object", properties: { name: { type: "string" }, generateName: { type: "string" } } };

/** What the root of an object, or one embedded in it, has besides its schema. */
export function withTypeMeta(schema: Schema): Schema {
  return {
    ...schema,
    properties: { ...schema.properties, kind: { type: "string" }, apiVersion: { type: "string" }, metadata: META },
  };
}

let named = 0;

/** Undefined for what expressions cannot see: values without a type. */
export function typeOfSchema(schema: Schema, isRoot: boolean): Type | undefined {
  if (schema["x-kubernetes-int-or-string"]) return { ...DYN, max: MAX_REQUEST_BYTES - 2, minSize: 1 };
  const of = isRoot ? withTypeMeta(schema) : schema;
  switch (of.type) {
    case "array":
      return listType(of);
    case "object":
      return additionalOf(of) ? mapType(of) : objectType(of);
    case "string":
      return stringType(of);
    case "boolean":
      return { ...BOOL, minSize: 4 };
    case "number":
      return { ...DOUBLE, minSize: 1 };
    case "integer":
      return { ...INT, minSize: 1 };
    default:
      return undefined;
  }
}

function listType(schema: Schema): Type | undefined {
  const items = itemsOf(schema);
  const element = items && typeOfSchema(items, items["x-kubernetes-embedded-resource"] === true);
  if (!element) return undefined;
  const max = schema.maxItems ?? Math.floor((MAX_REQUEST_BYTES - 2) / ((element.minSize ?? 0) + 1));
  return { ...listOf(element), max, minSize: 2 };
}

function mapType(schema: Schema): Type | undefined {
  const additional = additionalOf(schema);
  const value = additional && typeOfSchema(additional, additional["x-kubernetes-embedded-resource"] === true);
  if (!value) return undefined;
  const max = schema.maxProperties ?? Math.floor((MAX_REQUEST_BYTES - 2) / ((value.minSize ?? 0) + 6));
  return { ...mapOf({ ...STRING, max: MAX_REQUEST_BYTES - 2 }, value), max, minSize: 2 };
}

function objectType(schema: Schema): Type {
  const fields = new Map<string, Type>();
  let minSize = 2;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const type = typeOfSchema(property, property["x-kubernetes-embedded-resource"] === true);
    if (!type) continue;
    if (schema.required?.includes(name) && property.default === undefined)
      minSize += name.length + (type.minSize ?? 0) + 4;
    const escaped = escapeName(name);
    if (escaped !== undefined) fields.set(escaped, type);
  }
  return { kind: "object", name: `selfType${++named}`, fields, max: MAX_REQUEST_BYTES, minSize };
}

function stringType(schema: Schema): Type {
  const { maxLength, format, enum: allowed } = schema;
  switch (format) {
    case "byte":
      return { ...BYTES, max: maxLength ?? MAX_REQUEST_BYTES - 2, minSize: 2 };
    case "duration":
      return { ...DURATION, max: DURATION_SIZE, minSize: 2 };
    case "date":
    case "date-time":
      return { ...TIMESTAMP, max: format === "date" ? DATE_SIZE : DATE_TIME_SIZE, minSize: DATE_SIZE };
    default: {
      // A character may take four bytes.
      const longest = allowed?.length ? Math.max(...allowed.map((each) => String(each).length)) : undefined;
      const max = maxLength === undefined ? (longest ?? MAX_REQUEST_BYTES - 2) : maxLength * 4;
      return { ...STRING, max, minSize: 2 + (schema.minLength ?? 0) };
    }
  }
}
