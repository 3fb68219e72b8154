import { expect, test } from "vitest";
import type { CustomResourceDefinition, JSONSchemaProps } from "../../generated/apiextensions.v1.ts";
import { formatWarnings } from "./unrecognized-formats.ts";

const definition = (...schemas: JSONSchemaProps[]) =>
  ({
    spec: { versions: schemas.map((openAPIV3Schema, i) => ({ name: `v${i}`, schema: { openAPIV3Schema } })) },
  }) as CustomResourceDefinition;

const withFields = (...fields: [type: string, format: string][]): JSONSchemaProps => ({
  type: "object",
  properties: Object.fromEntries(fields.map(([type, format], i) => [`f${i}`, { type, format }])),
});

test.each<[string, string, boolean]>([
  ["string", "date-time", true],
  ["string", "datetime", true],
  ["string", "k8s-short-name", true],
  ["string", "int32", false],
  ["string", "quantity", false],
  ["integer", "int64", true],
  ["integer", "uint32", false],
  ["number", "double", true],
  ["number", "float32", false],
  ["object", "uuid", false],
  ["constructor", "int64", false],
])("for %s, the format %s is recognized: %s", (type, format, recognized) => {
  const warnings = formatWarnings(definition(withFields([type, format])));
  expect(warnings).toEqual(recognized ? [] : [`unrecognized format "${format}"`]);
});

test("formats are found in every part of every schema, and an update reports only new ones", () => {
  const deep: JSONSchemaProps = {
    type: "object",
    properties: {
      list: { type: "array", items: { type: "string", format: "one" } },
      map: { type: "object", additionalProperties: { type: "string", format: "two" } },
      either: { type: "string", anyOf: [{ format: "three" }], not: { format: "four" } },
    },
  };
  const reported = (next: CustomResourceDefinition, old?: CustomResourceDefinition) => formatWarnings(next, old).sort();
  const all = ["four", "one", "three", "two"].map((format) => `unrecognized format "${format}"`);
  expect(reported(definition(deep))).toEqual(all);
  // What all versions have in common is reported once.
  expect(reported(definition(deep, deep))).toEqual(all);
  expect(reported(definition(deep, withFields(["string", "five"])), definition(deep))).toEqual([
    'unrecognized format "five"',
  ]);
});
