/** The parts of a JSON schema whose wire form varies. */
import type { JSONSchemaProps } from "../../generated/apiextensions.v1.ts";

/** The schema of all items, unless `items` is a list of schemas. */
export const itemsOf = ({ items }: JSONSchemaProps): JSONSchemaProps | undefined =>
  typeof items === "object" && items !== null && !Array.isArray(items) ? (items as JSONSchemaProps) : undefined;

export const itemListOf = ({ items }: JSONSchemaProps): readonly JSONSchemaProps[] =>
  Array.isArray(items) ? (items as JSONSchemaProps[]) : [];

/** The schema of additional properties, unless they are just allowed or forbidden. */
export const additionalOf = ({ additionalProperties }: JSONSchemaProps): JSONSchemaProps | undefined =>
  typeof additionalProperties === "object" && additionalProperties !== null
    ? (additionalProperties as JSONSchemaProps)
    : undefined;

export const entriesOf = (
  schemas: Readonly<Record<string, JSONSchemaProps>> | undefined,
): [string, JSONSchemaProps][] => Object.entries(schemas ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
