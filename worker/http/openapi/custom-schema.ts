/**
 * The schema of a custom kind as published in OpenAPI. Version 2 is less expressive than structural schemas, and its
 * clients (kubectl's validation above all) reject fields that it does not list: where any field is allowed, none are
 * listed.
 */
import { isJsonObject } from "../../../api/machinery/json/json-object.ts";
import {
  additionalOf,
  isEmbedded,
  itemsOf,
  preservesUnknown,
  type Schema as StructuralSchema,
} from "../../../api/machinery/structural/json-walk.ts";
import { structOf } from "../../../api/schema/table.ts";
import { addStruct, reference, type Schema, type SchemaContext } from "./schemas.ts";
import { API_VERSION_TEXT, EMBEDDED_API_VERSION_TEXT, EMBEDDED_KIND_TEXT, KIND_TEXT, METADATA_TEXT } from "./texts.ts";

/** `schema` is that of whole objects: it gets the members that every object has. */
export function customSchema(schema: StructuralSchema, context: SchemaContext): Schema {
  if (context.version === 2 && preservesUnknown(schema)) return { type: "object" };
  const published = publish(schema, context);
  return { ...published, properties: { ...(published.properties as object | undefined), ...wholeMembers(context) } };
}

const wholeMembers = (context: SchemaContext) => ({
  ...typeMembers(API_VERSION_TEXT, KIND_TEXT),
  metadata: metadataOf("meta.v1.ObjectMeta", METADATA_TEXT, context),
});

export const typeMembers = (apiVersion: string, kind: string) => ({
  apiVersion: { description: apiVersion, type: "string" },
  kind: { description: kind, type: "string" },
});

/** Version 3 ignores whatever stands beside a reference, so the reference goes into allOf. */
export function metadataOf(struct: string, description: string, context: SchemaContext): Schema {
  const to = reference(addStruct(structOf(struct), context), context);
  return { description, ...(context.version === 3 ? { allOf: [to] } : to) };
}

function publish(schema: StructuralSchema, context: SchemaContext): Schema {
  const plain = context.version === 2 ? inVersion2(schema) : unfolded(schema);
  const { properties, items, additionalProperties, ...rest } = plain;
  const each = (child: StructuralSchema) => publish(child, context);
  const members = properties && Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, each(of)]));
  const item = itemsOf(plain);
  const additional = additionalOf(plain);
  return {
    ...rest,
    ...(members ? { properties: members } : {}),
    ...(item ? { items: each(item) } : {}),
    ...(additional ? { additionalProperties: each(additional) } : {}),
    ...(additionalProperties !== undefined && !additional ? { additionalProperties } : {}),
    ...(isEmbedded(plain) && !(context.version === 2 && preservesUnknown(plain))
      ? embedded(members, plain.required, context)
      : {}),
  };
}

/** The members of an embedded object. */
const embedded = (members: object | undefined, required: readonly string[] = [], context: SchemaContext) => ({
  properties: {
    ...members,
    ...typeMembers(EMBEDDED_API_VERSION_TEXT, EMBEDDED_KIND_TEXT),
    metadata: metadataOf("meta.v1.ObjectMeta", METADATA_TEXT, context),
  },
  required: [...required, ...["kind", "apiVersion"].filter((name) => !required.includes(name))],
});

const INTEGER_OR_STRING = [{ type: "integer" }, { type: "string" }];

/** `x-kubernetes-int-or-string` spelled out, unless the schema does so already. */
function unfolded(schema: StructuralSchema): StructuralSchema {
  if (schema["x-kubernetes-int-or-string"] !== true) return schema;
  const { anyOf, allOf } = schema;
  if (isIntegerOrString(anyOf) || isIntegerOrString(allOf?.[0]?.anyOf)) return schema;
  return anyOf
    ? { ...schema, allOf: [{ anyOf: INTEGER_OR_STRING }, ...(allOf ?? [])] }
    : { ...schema, anyOf: INTEGER_OR_STRING };
}

const isIntegerOrString = (anyOf: readonly StructuralSchema[] | undefined) =>
  anyOf?.length === 2 && anyOf[0]?.type === "integer" && anyOf[1]?.type === "string";

function inVersion2(schema: StructuralSchema): StructuralSchema {
  const { allOf: _, anyOf: __, oneOf: ___, not: ____, default: _____, nullable, required, ...rest } = schema;
  const { properties, items, ...untyped } = rest;
  const { type, ...anything } = untyped;
  const needed = additionalOf(schema)?.nullable
    ? []
    : (required ?? []).filter((name) => !(isJsonObject(properties) && properties[name]?.nullable));
  const requirement = needed.length > 0 ? { required: needed } : {};
  if (nullable) return { ...anything, ...requirement };
  if (preservesUnknown(schema)) {
    return type === "object" || type === "array" ? { ...anything, ...requirement } : { ...untyped, ...requirement };
  }
  return type === "array" && !items ? { ...anything, ...requirement } : { ...rest, ...requirement };
}
