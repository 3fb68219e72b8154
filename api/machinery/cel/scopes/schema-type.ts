/**
 * A structural schema as an expression type, with the sizes that bound its costs (apiserver pkg/cel/common/schemas.go).
 */
import { additionalOf, itemsOf, type Schema } from "../../structural/json-walk.ts";
import { escapeName, selectableNames } from "../values/from-json.ts";
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  STRING,
  TIMESTAMP,
  type Type,
} from "../values/type.ts";

/** Kubernetes' limit on request bodies, which bounds every value in them. */
export const MAX_REQUEST_BYTES = 3 * 1024 * 1024;

const DURATION_SIZE = 32;
const DATE_SIZE = 12;
const DATE_TIME_SIZE = 32;
const MIN_DURATION_LENGTH = 3;
const MIN_DATE_TIME_LENGTH = 21;

const META: Schema = { type: "object", properties: { name: { type: "string" }, generateName: { type: "string" } } };

/** Adds what the root of an object, or an embedded object, has besides its schema. */
export function withTypeMeta(schema: Schema): Schema {
  return {
    ...schema,
    properties: { ...schema.properties, kind: { type: "string" }, apiVersion: { type: "string" }, metadata: META },
  };
}

let named = 0;

/** Undefined for what expressions cannot see: values without a type. */
export function typeOfSchema(schema: Schema, isRoot: boolean, name = `selfType${++named}`): Type | undefined {
  if (schema["x-kubernetes-int-or-string"]) return { ...DYN, max: longest(schema.maxLength), minSize: 1 };
  const of = isRoot ? withTypeMeta(schema) : schema;
  switch (of.type) {
    case "array":
      return listType(of, name);
    case "object":
      return additionalOf(of) ? mapType(of, name) : objectType(of, name);
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

/** In bytes: a character may take four. */
const longest = (maxLength: number | undefined) => (maxLength === undefined ? MAX_REQUEST_BYTES - 2 : maxLength * 4);

function listType(schema: Schema, name: string): Type | undefined {
  const items = itemsOf(schema);
  const element = items && typeOfSchema(items, items["x-kubernetes-embedded-resource"] === true, `${name}.@idx`);
  if (!element) return undefined;
  const max = schema.maxItems ?? Math.floor((MAX_REQUEST_BYTES - 2) / ((element.minSize ?? 0) + 1));
  return { ...listOf(element), max, minSize: 2, ...keysOf(schema) };
}

function keysOf(schema: Schema): Pick<Type, "keys"> {
  const type = schema["x-kubernetes-list-type"];
  if (type === "set") return { keys: [] };
  const keys = type === "map" ? (schema["x-kubernetes-list-map-keys"] ?? []) : [];
  return keys.length > 0 ? { keys: keys.map((name) => escapeName(name) ?? name) } : {};
}

function mapType(schema: Schema, name: string): Type | undefined {
  const additional = additionalOf(schema);
  const value =
    additional && typeOfSchema(additional, additional["x-kubernetes-embedded-resource"] === true, `${name}.@elem`);
  if (!value) return undefined;
  const max = schema.maxProperties ?? Math.floor((MAX_REQUEST_BYTES - 2) / ((value.minSize ?? 0) + 6));
  // Kubernetes sets no bound for keys, and therefore treats them as empty.
  return { ...mapOf({ ...STRING, max: 0 }, value), max, minSize: 2 };
}

function objectType(schema: Schema, name: string): Type {
  const fields = new Map<string, Type>();
  let minSize = 2;
  for (const [field, property] of Object.entries(schema.properties ?? {})) {
    const escaped = escapeName(field);
    const type = typeOfSchema(
      property,
      property["x-kubernetes-embedded-resource"] === true,
      `${name}.${escaped ?? field}`,
    );
    if (!type) continue;
    if (schema.required?.includes(field) && property.default === undefined)
      minSize += field.length + (type.minSize ?? 0) + 4;
    for (const selectable of selectableNames(field)) fields.set(selectable, type);
  }
  return { kind: "object", name, fields, max: MAX_REQUEST_BYTES, minSize };
}

function stringType(schema: Schema): Type {
  const { maxLength, format, enum: allowed } = schema;
  switch (format) {
    case "byte":
      return { ...BYTES, max: maxLength ?? MAX_REQUEST_BYTES - 2, minSize: 2 };
    case "duration":
      return { ...DURATION, max: DURATION_SIZE, minSize: MIN_DURATION_LENGTH };
    case "date":
      return { ...TIMESTAMP, max: DATE_SIZE, minSize: DATE_SIZE };
    case "date-time":
      return { ...TIMESTAMP, max: DATE_TIME_SIZE, minSize: MIN_DATE_TIME_LENGTH };
    default: {
      const lengths = (allowed ?? []).map((each) => (typeof each === "string" ? each.length : 0));
      const max = maxLength === undefined && lengths.length > 0 ? Math.max(...lengths) : longest(maxLength);
      return { ...STRING, max, minSize: 2 };
    }
  }
}
