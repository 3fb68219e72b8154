/**
 * Which keywords a JSON schema in a definition may use, at any depth; structural-schema.ts has the rules about
 * structure.
 */
import type { JSONSchemaProps, ValidationRule } from "../../generated/apiextensions.v1.ts";
import {
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  notSupportedText,
  required,
} from "../../machinery/field-error.ts";
import { followFieldPath } from "../../machinery/structural/field-path.ts";
import { additionalOf, entriesOf, itemListOf, itemsOf } from "../../machinery/structural/json-schema.ts";
import { checkListType } from "./list-type-validation.ts";
import { unstructuredProblem } from "./unstructured-schema.ts";

export interface SchemaContext {
  readonly root: boolean;
  /** In the schema of an object's metadata, kind or apiVersion. */
  readonly insideMetadata: boolean;
  /** Why defaults are forbidden here. */
  readonly noDefaults?: string;
}

const TYPES = ["array", "boolean", "integer", "number", "object", "string"];
const METADATA = ["metadata", "kind", "apiVersion"];

export function checkSchema(errors: FieldError[], path: string, schema: JSONSchemaProps, context: SchemaContext): void {
  checkSupported(errors, path, schema, context);
  if (schema.uniqueItems)
    errors.push(
      forbidden(
        `${path}.uniqueItems`,
        "uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
      ),
    );
  const nested: SchemaContext = { ...context, root: false };
  checkProperties(errors, path, schema, context);
  if (schema.not) checkSchema(errors, `${path}.not`, schema.not, nested);
  for (const junctor of ["allOf", "oneOf", "anyOf"] as const)
    schema[junctor]?.forEach((inner, i) => {
      checkSchema(errors, `${path}.${junctor}[${i}]`, inner, nested);
    });
  for (const [name, inner] of entriesOf(schema.definitions))
    checkSchema(errors, `${path}.definitions[${name}]`, inner, nested);
  const items = itemsOf(schema);
  if (items) checkSchema(errors, `${path}.items`, items, nested);
  itemListOf(schema).forEach((inner, i) => {
    checkSchema(errors, `${path}.items[${i}]`, inner, nested);
  });
  if (schema["x-kubernetes-preserve-unknown-fields"] === false)
    errors.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, "must be true or undefined"));
  checkMapType(errors, path, schema);
  checkListType(errors, path, schema);
  schema["x-kubernetes-validations"]?.forEach((rule, i) => {
    checkRule(errors, `${path}.x-kubernetes-validations[${i}]`, rule, schema);
  });
}

function checkProperties(errors: FieldError[], path: string, schema: JSONSchemaProps, context: SchemaContext): void {
  const nested: SchemaContext = { ...context, root: false };
  const { additionalProperties } = schema;
  const additional = additionalOf(schema);
  const properties = entriesOf(schema.properties);
  if (additionalProperties !== undefined && properties.length > 0 && additionalProperties !== true)
    errors.push(forbidden(`${path}.additionalProperties`, "additionalProperties and properties are mutual exclusive"));
  if (additional)
    checkSchema(
      errors,
      `${path}.additionalProperties`,
      additional,
      context.insideMetadata
        ? { ...nested, noDefaults: "inside additionalProperties applying to object metadata" }
        : nested,
    );
  for (const [name, property] of properties) {
    const ofMetadata = (context.root || schema["x-kubernetes-embedded-resource"] === true) && METADATA.includes(name);
    checkSchema(errors, `${path}.properties[${name}]`, property, {
      ...nested,
      ...(ofMetadata ? { insideMetadata: true } : {}),
      ...(ofMetadata && context.root ? { noDefaults: `in top-level ${name}` } : {}),
    });
  }
}

/** JSON Schema keywords that OpenAPI or Kubernetes does not support. */
function checkSupported(errors: FieldError[], path: string, schema: JSONSchemaProps, context: SchemaContext): void {
  const { type = "" } = schema;
  if (type !== "" && !TYPES.includes(type)) errors.push(notSupportedText(`${path}.type`, type, TYPES));
  if (schema.default !== undefined && context.noDefaults !== undefined)
    errors.push(forbidden(`${path}.default`, `must not be set ${context.noDefaults}`));
  if (schema.id) errors.push(forbidden(`${path}.id`, "id is not supported"));
  for (const field of ["additionalItems", "patternProperties", "definitions", "dependencies", "$ref"] as const) {
    const value = schema[field];
    const empty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
    if (value !== undefined && !(empty && field !== "dependencies"))
      errors.push(forbidden(`${path}.${field}`, `${field} is not supported`));
  }
  if (type === "null")
    errors.push(forbidden(`${path}.type`, "type cannot be set to null, use nullable as an alternative"));
  if (itemListOf(schema).length > 0)
    errors.push(forbidden(`${path}.items`, "items must be a schema object and not an array"));
  if (context.insideMetadata && schema["x-kubernetes-embedded-resource"])
    errors.push(forbidden(`${path}.x-kubernetes-embedded-resource`, "must not be used inside of resource meta"));
}

function checkMapType(errors: FieldError[], path: string, schema: JSONSchemaProps): void {
  const { type = "" } = schema;
  const mapType = schema["x-kubernetes-map-type"];
  if (mapType === undefined) return;
  if (type !== "object") {
    const mustBe = "must be object if x-kubernetes-map-type is specified";
    errors.push(type === "" ? required(`${path}.type`, mustBe) : invalid(`${path}.type`, type, mustBe));
  }
  if (mapType !== "atomic" && mapType !== "granular")
    errors.push(notSupportedText(`${path}.x-kubernetes-map-type`, mapType, ["atomic", "granular"]));
}

const REASONS = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/** The structure of a CEL rule; check-rules.ts compiles it. */
function checkRule(errors: FieldError[], path: string, rule: ValidationRule, schema: JSONSchemaProps): void {
  const { message = "", messageExpression = "", reason, fieldPath = "" } = rule;
  const expression = (rule.rule ?? "").trim();
  const isBroken = (text: string) => /[\n\r]/.test(text);
  if (expression === "") errors.push(required(`${path}.rule`, "rule is not specified"));
  else if (message !== "" && message.trim() === "")
    errors.push(invalid(`${path}.message`, message, "must be non-empty if specified"));
  else if (isBroken(message.trim())) errors.push(invalid(`${path}.message`, message, "must not contain line breaks"));
  else if (isBroken(expression) && message.trim() === "")
    errors.push(required(`${path}.message`, "message must be specified if rule contains line breaks"));
  if (messageExpression !== "" && messageExpression.trim() === "")
    errors.push(required(`${path}.messageExpression`, "messageExpression must be non-empty if specified"));
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, REASONS));
  if (fieldPath !== "" && fieldPath.trim() === "")
    errors.push(invalid(`${path}.fieldPath`, fieldPath, "must be non-empty if specified"));
  if (isBroken(fieldPath)) errors.push(invalid(`${path}.fieldPath`, fieldPath, "must not contain line breaks"));
  if (fieldPath === "" || unstructuredProblem(schema) !== undefined) return;
  if ("problem" in followFieldPath(fieldPath, schema, { brackets: true }))
    errors.push(invalid(`${path}.fieldPath`, fieldPath, "must be a valid path"));
}
