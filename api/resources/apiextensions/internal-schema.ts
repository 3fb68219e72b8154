/**
 * A schema as Kubernetes holds it internally, and prints it in messages: every field by its Go name, in Go's order,
 * with Go's zero for absent ones.
 */
import type { JSONSchemaProps } from "../../generated/apiextensions.v1.ts";
import { itemListOf, itemsOf } from "../../machinery/structural/json-schema.ts";

const sortedBy = <T, U>(map: Readonly<Record<string, T>> | undefined, print: (value: T) => U) =>
  map === undefined
    ? null
    : Object.fromEntries(
        Object.entries(map)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, value]) => [key, print(value)]),
      );

const list = (schemas: readonly JSONSchemaProps[] | undefined) => schemas?.map(internalSchema) ?? null;

/** A schema, or just whether anything is allowed. */
const schemaOrBool = (value: unknown) => {
  if (value === undefined || value === null) return null;
  return typeof value === "boolean"
    ? { Allows: value, Schema: null }
    : { Allows: true, Schema: internalSchema(value as JSONSchemaProps) };
};

function itemsForm(schema: JSONSchemaProps) {
  if (schema.items === undefined) return null;
  const items = itemsOf(schema);
  return { Schema: items ? internalSchema(items) : null, JSONSchemas: items ? null : list(itemListOf(schema)) };
}

export function internalSchema(schema: JSONSchemaProps): Readonly<Record<string, unknown>> {
  const { maximum, minimum, maxLength, minLength, maxItems, minItems, maxProperties, minProperties } = schema;
  return {
    ID: schema.id ?? "",
    Schema: schema.$schema ?? "",
    Ref: schema.$ref ?? null,
    Description: schema.description ?? "",
    Type: schema.type ?? "",
    Nullable: schema.nullable ?? false,
    Format: schema.format ?? "",
    Title: schema.title ?? "",
    Default: schema.default ?? null,
    Maximum: maximum ?? null,
    ExclusiveMaximum: schema.exclusiveMaximum ?? false,
    Minimum: minimum ?? null,
    ExclusiveMinimum: schema.exclusiveMinimum ?? false,
    MaxLength: maxLength ?? null,
    MinLength: minLength ?? null,
    Pattern: schema.pattern ?? "",
    MaxItems: maxItems ?? null,
    MinItems: minItems ?? null,
    UniqueItems: schema.uniqueItems ?? false,
    MultipleOf: schema.multipleOf ?? null,
    Enum: schema.enum ?? null,
    MaxProperties: maxProperties ?? null,
    MinProperties: minProperties ?? null,
    Required: schema.required ?? null,
    Items: itemsForm(schema),
    AllOf: list(schema.allOf),
    OneOf: list(schema.oneOf),
    AnyOf: list(schema.anyOf),
    Not: schema.not ? internalSchema(schema.not) : null,
    Properties: sortedBy(schema.properties, internalSchema),
    AdditionalProperties: schemaOrBool(schema.additionalProperties),
    PatternProperties: sortedBy(schema.patternProperties, internalSchema),
    Dependencies: sortedBy(schema.dependencies as Readonly<Record<string, unknown>> | undefined, dependencyForm),
    AdditionalItems: schemaOrBool(schema.additionalItems),
    Definitions: sortedBy(schema.definitions, internalSchema),
    ExternalDocs: schema.externalDocs
      ? { Description: schema.externalDocs.description ?? "", URL: schema.externalDocs.url ?? "" }
      : null,
    Example: schema.example ?? null,
    XPreserveUnknownFields: schema["x-kubernetes-preserve-unknown-fields"] ?? null,
    XEmbeddedResource: schema["x-kubernetes-embedded-resource"] ?? false,
    XIntOrString: schema["x-kubernetes-int-or-string"] ?? false,
    XListMapKeys: schema["x-kubernetes-list-map-keys"] ?? null,
    XListType: schema["x-kubernetes-list-type"] ?? null,
    XMapType: schema["x-kubernetes-map-type"] ?? null,
    XValidations:
      schema["x-kubernetes-validations"]?.map((rule) => ({
        Rule: rule.rule ?? "",
        Message: rule.message ?? "",
        MessageExpression: rule.messageExpression ?? "",
        Reason: rule.reason ?? null,
        FieldPath: rule.fieldPath ?? "",
        OptionalOldSelf: rule.optionalOldSelf ?? null,
      })) ?? null,
  };
}

const dependencyForm = (value: unknown) =>
  Array.isArray(value)
    ? { Schema: null, Property: value }
    : { Schema: internalSchema(value as JSONSchemaProps), Property: null };
