/**
 * Keywords that a structural schema cannot represent: a schema with any of them is not treated as structural
 * (NewStructural).
 */
import type { JSONSchemaProps } from "../../generated/apiextensions.v1.ts";
import { additionalOf, entriesOf, itemListOf, itemsOf } from "../../machinery/structural/json-schema.ts";

const isEmpty = (value: unknown) => typeof value === "object" && value !== null && Object.keys(value).length === 0;

/** By their names in the error. */
const UNSUPPORTED: Readonly<Record<string, (schema: JSONSchemaProps) => unknown>> = {
  id: ({ id }) => id,
  schema: ({ $schema }) => $schema,
  $ref: ({ $ref }) => $ref,
  patternProperties: ({ patternProperties }) => !isEmpty(patternProperties) && patternProperties,
  dependencies: ({ dependencies }) => !isEmpty(dependencies) && dependencies,
  additionalItems: ({ additionalItems }) => additionalItems !== undefined,
  definitions: ({ definitions }) => !isEmpty(definitions) && definitions,
};

/** The first one, at whatever depth. */
export function unstructuredProblem(schema: JSONSchemaProps): string | undefined {
  const unsupported = Object.keys(UNSUPPORTED).find((name) => UNSUPPORTED[name]?.(schema));
  if (unsupported !== undefined) return `OpenAPIV3Schema '${unsupported}' is not supported`;
  const { not, allOf = [], anyOf = [], oneOf = [] } = schema;
  const ofValues = firstProblem([...(not ? [not] : []), ...allOf, ...anyOf, ...oneOf]);
  if (ofValues !== undefined) return ofValues;
  if (schema["x-kubernetes-preserve-unknown-fields"] === false)
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  if (itemListOf(schema).length > 0) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  const [items, additional] = [itemsOf(schema), additionalOf(schema)];
  const properties = entriesOf(schema.properties).map(([, property]) => property);
  return firstProblem([...(items ? [items] : []), ...properties, ...(additional ? [additional] : [])]);
}

function firstProblem(schemas: readonly JSONSchemaProps[]): string | undefined {
  for (const schema of schemas) {
    const problem = unstructuredProblem(schema);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
