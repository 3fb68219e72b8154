/**
 * apiextensions-apiserver pkg/apiserver/schema: a schema is structural if it determines every value's type by its
 * place.
 */
import type { JSONSchemaProps } from "../../generated/apiextensions.v1.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import { type FieldError, forbidden, invalid, required } from "../../machinery/field-error.ts";
import { additionalOf, entriesOf, itemListOf, itemsOf } from "../../machinery/structural/json-schema.ts";
import { regexpProblem } from "../../machinery/structural/regexp-syntax.ts";

type Level = "root" | "item" | "field";

/** Sorted by text, since properties have no order. */
export function structuralErrors(schema: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  checkStructure(errors, path, schema, "root");
  checkCompleteness(errors, schema, path, { schema, path });
  const text = (error: FieldError) => `${error.path}: ${error.message}`;
  return errors.toSorted((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
}

const TYPE_MISSING = {
  root: "must not be empty at the root",
  item: "must not be empty for specified array items",
  field: "must not be empty for specified object fields",
} as const;

function checkStructure(errors: FieldError[], path: string, schema: JSONSchemaProps, level: Level): void {
  const { type = "", properties, additionalProperties } = schema;
  const items = itemsOf(schema);
  const embedded = schema["x-kubernetes-embedded-resource"] === true;
  const preserves = schema["x-kubernetes-preserve-unknown-fields"] === true;
  const intOrString = schema["x-kubernetes-int-or-string"] === true;
  if (type === "array" && !itemsOf(schema) && itemListOf(schema).length === 0)
    errors.push(required(`${path}.items`, "must be specified"));
  if (items) checkStructure(errors, `${path}.items`, items, "item");
  for (const [name, property] of entriesOf(properties))
    checkStructure(errors, `${path}.properties[${name}]`, property, "field");
  if (additionalProperties !== undefined && level === "root")
    errors.push(forbidden(`${path}.additionalProperties`, "must not be used at the root"));
  const additional = additionalOf(schema);
  if (additional) checkStructure(errors, `${path}.additionalProperties`, additional, "field");
  if (intOrString && preserves)
    errors.push(
      invalid(
        `${path}.x-kubernetes-preserve-unknown-fields`,
        true,
        "must be false if x-kubernetes-int-or-string is true",
      ),
    );
  if (intOrString && embedded)
    errors.push(
      invalid(`${path}.x-kubernetes-embedded-resource`, true, "must be false if x-kubernetes-int-or-string is true"),
    );
  checkJunctors(errors, path, schema, {
    skipAnyOf: isIntOrStringPattern(schema.anyOf),
    skipFirstAllOf: isIntOrStringPattern(schema.allOf?.[0]?.anyOf),
  });
  if (embedded && type !== "object") {
    const mustBe = "must be object if x-kubernetes-embedded-resource is true";
    errors.push(type === "" ? required(`${path}.type`, mustBe) : invalid(`${path}.type`, type, mustBe));
  } else if (type === "" && !intOrString && !preserves) errors.push(required(`${path}.type`, TYPE_MISSING[level]));
  if (embedded && additionalProperties !== undefined)
    errors.push(forbidden(`${path}.additionalProperties`, "must not be used if x-kubernetes-embedded-resource is set"));
  if (level === "root" && type !== "" && type !== "object")
    errors.push(invalid(`${path}.type`, type, "must be object at the root"));
  checkMetadata(errors, path, schema, level);
  if (embedded && !preserves && entriesOf(properties).length === 0)
    errors.push(
      required(
        `${path}.properties`,
        "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields",
      ),
    );
}

/** Of an object's own metadata only its name may be restricted. */
function checkMetadata(errors: FieldError[], path: string, schema: JSONSchemaProps, level: Level): void {
  const { kind, apiVersion, metadata } = schema.properties ?? {};
  const isObject = level === "root" || schema["x-kubernetes-embedded-resource"] === true;
  for (const [name, property] of [
    ["kind", kind],
    ["apiVersion", apiVersion],
  ] as const)
    if (isObject && property && property.type !== "string")
      errors.push(invalid(`${path}.properties[${name}].type`, property.type ?? "", "must be string"));
  if (!metadata) return;
  const at = `${path}.properties[metadata]`;
  if (isObject && metadata.type !== "object") errors.push(invalid(`${at}.type`, metadata.type ?? "", "must be object"));
  if (level !== "root") return;
  const { type: _, properties, default: __, ...rest } = metadata;
  const others = Object.keys(properties ?? {}).filter((name) => name !== "name" && name !== "generateName");
  if (others.length > 0 || Object.values(rest).some((value) => value !== undefined))
    errors.push(
      forbidden(at, "must not specify anything other than name and generateName, but metadata is implicitly specified"),
    );
}

const isIntOrStringPattern = (schemas: readonly JSONSchemaProps[] | undefined) =>
  schemas?.length === 2 && sameValue(schemas, [{ type: "integer" }, { type: "string" }]);

interface Skips {
  readonly skipAnyOf: boolean;
  readonly skipFirstAllOf: boolean;
}

const NO_SKIPS: Skips = { skipAnyOf: false, skipFirstAllOf: false };

/** anyOf, allOf, oneOf and not, which may only restrict values. */
function checkJunctors(errors: FieldError[], path: string, schema: JSONSchemaProps, skips: Skips): void {
  if (!skips.skipAnyOf)
    schema.anyOf?.forEach((nested, i) => {
      checkNested(errors, `${path}.anyOf[${i}]`, nested, NO_SKIPS);
    });
  schema.allOf?.forEach((nested, i) => {
    checkNested(errors, `${path}.allOf[${i}]`, nested, { ...NO_SKIPS, skipAnyOf: skips.skipFirstAllOf && i === 0 });
  });
  schema.oneOf?.forEach((nested, i) => {
    checkNested(errors, `${path}.oneOf[${i}]`, nested, NO_SKIPS);
  });
  if (schema.not) checkNested(errors, `${path}.not`, schema.not, NO_SKIPS);
  const problem = schema.pattern && regexpProblem(schema.pattern);
  if (problem)
    errors.push(
      invalid(`${path}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${problem}`),
    );
}

const EMPTY = "must be empty to be structural";
const FALSE = "must be false to be structural";
const UNDEFINED = "must be undefined to be structural";

/** Whether the field is set, and its error. */
const FORBIDDEN_NESTED: readonly (readonly [keyof JSONSchemaProps, string])[] = [
  ["type", EMPTY],
  ["additionalProperties", UNDEFINED],
  ["default", UNDEFINED],
  ["title", EMPTY],
  ["description", EMPTY],
  ["nullable", FALSE],
  ["x-kubernetes-preserve-unknown-fields", FALSE],
  ["x-kubernetes-embedded-resource", FALSE],
  ["x-kubernetes-int-or-string", FALSE],
  ["x-kubernetes-list-map-keys", EMPTY],
  ["x-kubernetes-list-type", UNDEFINED],
  ["x-kubernetes-map-type", UNDEFINED],
  ["x-kubernetes-validations", EMPTY],
];

const isSet = (value: unknown) =>
  value !== undefined && value !== false && value !== "" && !(Array.isArray(value) && value.length === 0);

function checkNested(errors: FieldError[], path: string, schema: JSONSchemaProps, skips: Skips): void {
  checkJunctors(errors, path, schema, skips);
  const items = itemsOf(schema);
  if (items) checkNested(errors, `${path}.items`, items, NO_SKIPS);
  for (const [name, property] of entriesOf(schema.properties))
    checkNested(errors, `${path}.properties[${name}]`, property, NO_SKIPS);
  for (const [field, problem] of FORBIDDEN_NESTED) {
    const value = schema[field];
    const counts = field === "default" ? value !== undefined : isSet(value);
    if (counts) errors.push(forbidden(`${path}.${field}`, problem));
  }
  if (schema.properties?.metadata)
    errors.push(forbidden(`${path}.properties[metadata]`, "must not be specified in a nested context"));
}

interface Place {
  readonly schema: JSONSchemaProps | undefined;
  readonly path: string;
}

/** Everything that the junctors in `nested` restrict must also be in the structure, at `place`. */
function checkCompleteness(errors: FieldError[], nested: JSONSchemaProps, path: string, place: Place): void {
  const junctors: [string, JSONSchemaProps][] = [
    ...(nested.not ? [[`${path}.not`, nested.not] as [string, JSONSchemaProps]] : []),
    ...(["allOf", "anyOf", "oneOf"] as const).flatMap((field) =>
      (nested[field] ?? []).map((schema, i): [string, JSONSchemaProps] => [`${path}.${field}[${i}]`, schema]),
    ),
  ];
  for (const [at, schema] of junctors) checkCounterpart(errors, schema, at, place);
}

function checkCounterpart(errors: FieldError[], nested: JSONSchemaProps, path: string, place: Place): void {
  if (!place.schema) {
    errors.push(required(place.path, `because it is defined in ${path}`));
    return;
  }
  checkCompleteness(errors, nested, path, place);
  const items = itemsOf(nested);
  if (items)
    checkCounterpart(errors, items, `${path}.items`, { schema: itemsOf(place.schema), path: `${place.path}.items` });
  for (const [name, property] of entriesOf(nested.properties))
    checkCounterpart(errors, property, `${path}.properties[${name}]`, {
      schema: place.schema.properties?.[name],
      path: `${place.path}.properties[${name}]`,
    });
}
