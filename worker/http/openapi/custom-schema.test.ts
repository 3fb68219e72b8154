import { expect, test } from "vitest";
import type { Schema as StructuralSchema } from "../../../api/machinery/structural/json-walk.ts";
import { customSchema } from "./custom-schema.ts";
import type { OpenApiVersion } from "./schemas.ts";

const published = (schema: StructuralSchema, version: OpenApiVersion) =>
  customSchema(schema, { version, documentation: {}, schemas: new Map() });

/** What a member `x` is published as. */
const member = (x: StructuralSchema, version: OpenApiVersion) =>
  (published({ type: "object", properties: { x } }, version).properties as { x: unknown }).x;

const text: StructuralSchema = { type: "string" };
const junctors: StructuralSchema = {
  allOf: [{ minLength: 1 }],
  anyOf: [{ minLength: 2 }],
  oneOf: [{ minLength: 3 }],
  not: { minLength: 9 },
};
const number = { type: "integer" };

test.each<[what: string, schema: StructuralSchema, published: unknown]>([
  ["junctors", { ...text, ...junctors }, text],
  ["defaults", { ...text, default: "a" }, text],
  [
    "types of nullable fields",
    { type: "object", nullable: true, properties: { a: text }, description: "d" },
    { description: "d" },
  ],
  [
    "members of objects that preserve unknown fields",
    { type: "object", "x-kubernetes-preserve-unknown-fields": true, properties: { a: text } },
    { "x-kubernetes-preserve-unknown-fields": true },
  ],
  [
    "items of lists that preserve unknown fields",
    { type: "array", "x-kubernetes-preserve-unknown-fields": true, items: text },
    { "x-kubernetes-preserve-unknown-fields": true },
  ],
  [
    "requirements of members that may be null",
    { type: "object", required: ["a", "b"], properties: { a: { ...text, nullable: true }, b: text } },
    { type: "object", required: ["b"], properties: { a: {}, b: text } },
  ],
  ["all below", { type: "array", items: { ...text, default: "a" } }, { type: "array", items: text }],
])("WIRE-OPENAPI-CUSTOM: version 2 leaves out %s", (_, schema, expected) => {
  expect(member(schema, 2)).toEqual(expected);
  expect(member(schema, 3)).toEqual(schema);
});

test("WIRE-OPENAPI-CUSTOM: a schema that preserves unknown fields at its root is any object in version 2, and complete in version 3", () => {
  const schema = { type: "object", description: "d", "x-kubernetes-preserve-unknown-fields": true };
  expect(published(schema, 2)).toEqual({ type: "object" });
  expect(published(schema, 3)).toMatchObject({ ...schema, properties: { kind: text } });
});

const intOrString = { "x-kubernetes-int-or-string": true };

test.each<[schema: StructuralSchema, added: StructuralSchema]>([
  [intOrString, { anyOf: [number, text] }],
  [{ ...intOrString, anyOf: [number, text] }, {}],
  [{ ...intOrString, allOf: [{ anyOf: [number, text] }, { minimum: 1 }] }, {}],
  [{ ...intOrString, anyOf: [{ minimum: 1 }] }, { allOf: [{ anyOf: [number, text] }] }],
])("WIRE-OPENAPI-CUSTOM: version 3 describes int-or-string once: %j", (schema, added) => {
  expect(member(schema, 3)).toEqual({ ...schema, ...added });
  expect(member(schema, 2)).toEqual(intOrString);
});

test.each<OpenApiVersion>([2, 3])(
  "WIRE-OPENAPI-CUSTOM: version %i describes the fields of embedded objects, also within items",
  (version) => {
    const embedded = {
      type: "object",
      "x-kubernetes-embedded-resource": true,
      required: ["kind"],
      properties: { a: text },
    };
    const told = {
      properties: { a: text, apiVersion: text, kind: text, metadata: { description: expect.any(String) } },
      required: ["kind", "apiVersion"],
    };
    expect(member(embedded, version)).toMatchObject(told);
    expect(member({ type: "array", items: embedded }, version)).toMatchObject({ items: told });
    const open = { ...embedded, "x-kubernetes-preserve-unknown-fields": true };
    expect(member(open, version)).toHaveProperty("required", version === 2 ? ["kind"] : ["kind", "apiVersion"]);
  },
);
