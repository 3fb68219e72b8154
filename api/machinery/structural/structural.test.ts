import { describe, expect, test } from "vitest";
import { validateDefault } from "../cel/rules/validate-rules.ts";
import type { JsonObject } from "../json/json-object.ts";
import { defaultErrors } from "./check-defaults.ts";
import { applyDefaults } from "./defaults.ts";
import type { Schema } from "./json-walk.ts";
import { duplicateItems } from "./list-items.ts";
import { prune } from "./prune.ts";
import { validateValue } from "./validate.ts";

const spec = (properties: Record<string, Schema>, more: Schema = {}): Schema => ({
  type: "object",
  properties: { spec: { type: "object", properties, ...more } },
});
const texts = (value: JsonObject, schema: Schema, old?: JsonObject) =>
  validateValue(value, schema, old).map(({ path, message }) => `${path}: ${message}`);

describe("pruning", () => {
  const schema = spec({
    l: { type: "array", items: { type: "object", properties: { k: { type: "string" } } } },
    free: { type: "object", "x-kubernetes-preserve-unknown-fields": true, properties: { in: { type: "object" } } },
    m: { type: "object", additionalProperties: { type: "object", properties: { v: { type: "string" } } } },
  });

  test("drops unknown fields and reports their paths", () => {
    const object = { kind: "K", metadata: { x: 1 }, top: 1, spec: { l: [{ k: "a", junk: 1 }], m: { a: { w: 1 } } } };
    expect(prune(object, schema)).toEqual(["spec.l[0].junk", "spec.m.a.w", "top"]);
    expect(object).toEqual({ kind: "K", metadata: { x: 1 }, spec: { l: [{ k: "a" }], m: { a: {} } } });
  });

  test("keeps preserved fields, except below a schema of their own", () => {
    const object = { spec: { free: { any: { deep: 1 }, in: { out: 1 } } } };
    expect(prune(object, schema)).toEqual(["spec.free.in.out"]);
    expect(object.spec.free).toEqual({ any: { deep: 1 }, in: {} });
  });
});

test("CRD-NULL: defaults replace absent and null values, level by level; nulls are dropped if not nullable", () => {
  const schema = spec({
    a: { type: "string", default: "x" },
    n: { type: "object", default: {}, properties: { m: { type: "integer", default: 3 } } },
    nl: { type: "string", nullable: true, default: "d" },
    no: { type: "string" },
  });
  const object = { spec: { a: null, nl: null, no: null } as JsonObject };
  applyDefaults(object, schema);
  expect(object).toEqual({ spec: { a: "x", nl: null, n: { m: 3 } } });
});

describe("validation has Kubernetes' messages", () => {
  test.each<[string, Schema, unknown, string[]]>([
    [
      "type",
      { type: "integer" },
      "x",
      ['spec.v: Invalid value: "string": spec.v in body must be of type integer: "string"'],
    ],
    [
      "null",
      { type: "string" },
      null,
      ['spec.v: Invalid value: "null": spec.v in body must be of type string: "null"'],
    ],
    ["hostname", { type: "string", format: "hostname" }, "web-1.example.com", []],
    [
      "a hostname whose last label is short",
      { type: "string", format: "hostname" },
      "a.b",
      ['spec.v: Invalid value: "a.b": spec.v in body must be of type hostname: "a.b"'],
    ],
    [
      "the layout of a uuid",
      { type: "string", format: "uuid4" },
      "123e4567-e89b-42d3-7456-426614174000",
      [
        'spec.v: Invalid value: "123e4567-e89b-42d3-7456-426614174000": spec.v in body must be of type uuid4: "123e4567-e89b-42d3-7456-426614174000"',
      ],
    ],
    [
      "a whole number meets the whole part of its bounds",
      { type: "number", maximum: 2.5, exclusiveMaximum: true },
      2,
      ["spec.v: Invalid value: 2: spec.v in body should be less than 2"],
    ],
    [
      "CRD-BOUND: a non-integer bound",
      { type: "integer", minimum: 1.5, multipleOf: 0.5 },
      1,
      [
        '<nil>: Invalid value: "": MultipleOf value must be of type integer (default format) in spec.v',
        '<nil>: Invalid value: "": Minimum boundary value must be of type integer (default format) in spec.v',
        "spec.v: Invalid value: 1: spec.v in body should be greater than or equal to 1.5",
      ],
    ],
    [
      "CRD-BOUND: the greatest int64",
      { type: "integer", format: "int64", maximum: 2 ** 63 },
      1,
      ['<nil>: Invalid value: "": Maximum boundary value must be of type integer with format int64 in spec.v'],
    ],
    [
      "more than an int64",
      { type: "integer", format: "int64" },
      9.3e18,
      [
        'spec.v: Invalid value: "float64": spec.v in body must be of type int64: "float64"',
        '<nil>: Invalid value: "": Checked value must be of type integer with format int64 in spec.v',
      ],
    ],
    ["enum", { type: "string", enum: ["a", "b"] }, "z", ['spec.v: Unsupported value: "z": supported values: "a", "b"']],
    [
      "pattern",
      { type: "string", pattern: "^[a-z]+$" },
      "A",
      [`spec.v: Invalid value: "A": spec.v in body should match '^[a-z]+$'`],
    ],
    [
      "bound",
      { type: "integer", exclusiveMaximum: true, maximum: 3 },
      3,
      ["spec.v: Invalid value: 3: spec.v in body should be less than 3"],
    ],
    ["length", { type: "string", maxLength: 1 }, "éé", ["spec.v: Too long: may not be more than 1 byte"]],
    [
      "a format of another type",
      { type: "boolean", format: "date-time" },
      "x",
      ['spec.v: Invalid value: "string": spec.v in body must be of type boolean: "string"'],
    ],
    [
      "a format that nobody knows",
      { type: "string", format: "colour" },
      true,
      ['spec.v: Invalid value: "boolean": spec.v in body must be of type string: "boolean"'],
    ],
    ["a length that none has", { type: "string", maxLength: -1 }, "", ["spec.v: Too long: value is too long"]],
    ["a count that none has", { type: "array", maxItems: -1 }, [], ["spec.v: Too many: 0: has too many items"]],
    ["a field that is required twice", { type: "object", required: ["a", "a"] }, {}, ["spec.v.a: Required value"]],
    [
      "items",
      { type: "array", maxItems: 1, items: { type: "string" } },
      ["a", "b"],
      ["spec.v: Too many: 2: must have at most 1 item"],
    ],
    [
      "members, and the error in one of them",
      { type: "object", maxProperties: 1, properties: { x: { type: "string", maxLength: 1 }, y: {} } },
      { x: "ab", y: 1 },
      ["spec.v: Too many: 2: must have at most 1 item", "spec.v.x: Too long: may not be more than 1 byte"],
    ],
    [
      "int or string",
      { "x-kubernetes-int-or-string": true },
      true,
      ['spec.v: Invalid value: "boolean": spec.v in body must be of type integer,string: "boolean"'],
    ],
    [
      "format",
      { type: "string", format: "date" },
      "2023-02-30",
      ['spec.v: Invalid value: "2023-02-30": spec.v in body must be of type date: "2023-02-30"'],
    ],
    ["unknown format", { type: "string", format: "colour" }, "x", []],
    [
      "oneOf",
      { type: "object", properties: { q: {}, r: {} }, oneOf: [{ required: ["q"] }, { required: ["r"] }] },
      {},
      [
        '<nil>: Invalid value: "": "spec.v" must validate one and only one schema (oneOf). Found none valid',
        "spec.v.q: Required value",
      ],
    ],
  ])("%s", (_, schema, value, expected) => {
    expect(texts({ spec: { v: value } }, spec({ v: schema }))).toEqual(expected);
  });

  test("CRD-RATCHET: an update may keep values that were invalid before, and no others", () => {
    const schema = spec({ a: { type: "string", maxLength: 1 }, b: { type: "string" } });
    const old = { spec: { a: "long", b: "x" } };
    expect(texts({ spec: { a: "long", b: "y" } }, schema, old)).toEqual([]);
    expect(texts({ spec: { a: "other", b: "x" } }, schema, old)).toHaveLength(1);
  });

  test("items of a keyed list are compared by key, whatever their position", () => {
    const schema = spec({
      l: {
        type: "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["k"],
        items: { type: "object", properties: { k: { type: "string" }, v: { type: "integer", maximum: 1 } } },
      },
    });
    const old = { spec: { l: [{ k: "a", v: 9 }] } };
    expect(
      texts(
        {
          spec: {
            l: [
              { k: "b", v: 1 },
              { k: "a", v: 9 },
            ],
          },
        },
        schema,
        old,
      ),
    ).toEqual([]);
    expect(texts({ spec: { l: [{ k: "b", v: 9 }] } }, schema, old)).toHaveLength(1);
  });

  test("CRD-RATCHET: a reordered keyed list is unchanged, a list of another type is not", () => {
    const keyed = { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"] };
    const item = (k: string) => ({ k });
    const list = (of: object) => ({
      type: "array",
      maxItems: 1,
      items: { type: "object", properties: { k: { type: "string" } } },
      ...of,
    });
    const old = { spec: { l: [item("a"), item("b")] } };
    const next = { spec: { l: [item("b"), item("a")] } };
    expect(texts(next, spec({ l: list(keyed) }), old)).toEqual([]);
    expect(texts(next, spec({ l: list({}) }), old)).toHaveLength(1);
    expect(texts({ spec: { l: [item("b"), item("c")] } }, spec({ l: list(keyed) }), old)).toHaveLength(1);
  });

  test("what a schema and its alternatives find is told once", () => {
    const alternatives = { anyOf: [{ required: ["a"] }], allOf: [{ required: ["a"] }], required: ["a"] };
    expect(texts({ spec: {} }, spec({ a: { type: "string" } }, alternatives))).toEqual([
      '<nil>: Invalid value: "": "spec" must validate at least one schema (anyOf)',
      "spec.a: Required value",
      '<nil>: Invalid value: "": "spec" must validate all the schemas (allOf). None validated',
    ]);
  });

  test("sets and keyed lists refuse duplicates", () => {
    const set: Schema = { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } };
    expect(duplicateItems({ s: ["a", "b", "a"] }, { properties: { s: set } })).toEqual([
      { reason: "FieldValueDuplicate", path: "s[2]", message: 'Duplicate value: "a"' },
    ]);
    const lists = { properties: { m: { additionalProperties: set } } };
    expect(duplicateItems({ m: { key: ["a", "a"] } }, lists)).toMatchObject([{ path: "m[key][1]" }]);
  });

  test("items of a keyed list must be objects", () => {
    const map: Schema = { type: "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"] };
    expect(duplicateItems({ m: [{ k: "a" }, 5] }, { properties: { m: map } })).toEqual([
      {
        reason: "FieldValueInvalid",
        path: "m[1]",
        message: "Invalid value: 5: must be an object for an array of list-type map",
      },
    ]);
  });

  test("CRD-DEFAULT: a default must be an object if its schema says so, and satisfy the rules", () => {
    const embedded = { type: "object", "x-kubernetes-embedded-resource": true };
    const schema = spec({
      meta: { ...embedded, default: { apiVersion: "v1", kind: "X", metadata: { name: 1, labels: {} } } },
      odd: { ...embedded, default: { kind: "X" } },
      // Lists in a default may contain duplicates: only objects are checked.
      set: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" }, default: ["a", "a"] },
      rule: { type: "string", default: "x", "x-kubernetes-validations": [{ rule: "self == 'y'" }] },
    });
    const reported = defaultErrors({ ...schema, default: {} }, "root", validateDefault);
    expect(reported.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      "root.default.apiVersion: Required value",
      "root.default.kind: Required value",
      'root.properties[spec].properties[meta].default.metadata: Invalid value: {"labels":{},"name":1}: json: cannot unmarshal number into Go struct field ObjectMeta.name of type string',
      "root.properties[spec].properties[odd].default.apiVersion: Required value",
      "root.properties[spec].properties[rule].default: Invalid value: \"x\": failed rule: self == 'y'",
    ]);
  });

  test("a default must match its own schema", () => {
    const schema = spec({
      v: { type: "object", default: { a: "x", junk: 1 }, properties: { a: { type: "integer" } } },
    });
    expect(defaultErrors(schema, "root", () => []).map(({ path }) => path)).toEqual([
      "root.properties[spec].properties[v].default",
      "root.properties[spec].properties[v].default.a",
    ]);
  });

  test("additional members of a default are named after a dot", () => {
    const schema = spec({ v: { type: "object", default: { a: "x" }, additionalProperties: { type: "integer" } } });
    expect(defaultErrors(schema, "root", () => [])).toMatchObject([
      {
        path: "root.properties[spec].properties[v].default.a",
        message: 'Invalid value: "string": .a in body must be of type integer: "string"',
      },
    ]);
  });
});
