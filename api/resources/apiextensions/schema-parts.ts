/** The schemas directly below a schema of a definition. */
import type { JSONSchemaProps } from "../../generated/apiextensions.v1.ts";

export function partsOf(schema: JSONSchemaProps): JSONSchemaProps[] {
  const { items, allOf = [], anyOf = [], oneOf = [], not, properties = {}, additionalProperties } = schema;
  return [...parts(items), ...allOf, ...anyOf, ...oneOf, ...parts(not), ...Object.values(properties)].concat(
    parts(additionalProperties),
  );
}

/** Some fields hold a schema, a list of them, or just a boolean. */
function parts(value: unknown): JSONSchemaProps[] {
  if (Array.isArray(value)) return value as JSONSchemaProps[];
  return typeof value === "object" && value !== null ? [value as JSONSchemaProps] : [];
}
