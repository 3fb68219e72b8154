import { describe, expect, test } from "vitest";
import { decodeCustom, pruneUntyped } from "./decode.ts";
import type { Schema } from "./json-walk.ts";

describe("CRD-READ: bodies are decoded without types", () => {
  const expected = { group: "e.com", version: "v1", kind: "Foo" };
  const schema: Schema = {
    type: "object",
    properties: { spec: { type: "object", properties: { a: { type: "string" } } } },
  };
  const decode = (text: string, fieldValidation: "Strict" | "Warn" = "Strict", syntax: "json" | "yaml" = "json") =>
    decodeCustom({ text, syntax, expected, fieldValidation }, schema);
  const head = '"apiVersion":"e.com/v1","kind":"Foo"';

  test.each([
    [
      `{${head},"spec":{"z":1}}`,
      'Foo in version "v1" cannot be handled as a Foo: strict decoding error: unknown field "spec.z"',
    ],
    [
      `{${head},"spec":{"a":"1","a":"2"}}`,
      'Foo in version "v1" cannot be handled as a Foo: strict decoding error: duplicate field "spec.a"',
    ],
    [
      `{${head},"metadata":{"nope":1}}`,
      'Foo in version "v1" cannot be handled as a Foo: strict decoding error: unknown field "metadata.nope"',
    ],
    [
      `{"apiVersion":"e.com/v2","kind":"Foo"}`,
      "the API version in the data (e.com/v2) does not match the expected API version (e.com/v1)",
    ],
    ['{"kind":"Foo"}', "the API version in the data () does not match the expected API version (e.com/v1)"],
  ])("%s is refused: %s", (text, message) => {
    expect(decode(text)).toEqual({ ok: false, message });
  });

  test("unknown fields are warned about unless they are refused", () => {
    expect(decode(`{${head},"spec":{"z":1}}`, "Warn")).toMatchObject({
      ok: true,
      warnings: ['unknown field "spec.z"'],
    });
    expect(decode("apiVersion: e.com/v1\nkind: Foo\nspec: {a: x}", "Strict", "yaml")).toMatchObject({
      ok: true,
      object: { spec: { a: "x" } },
    });
  });

  test("CRD-READ: unknown fields of the object's metadata are reported first, those of embedded metadata last", () => {
    const embedding: Schema = {
      type: "object",
      properties: {
        a: { type: "object", properties: {} },
        e: { type: "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true },
      },
    };
    const embedded = { apiVersion: "v1", kind: "ConfigMap", metadata: { no: 1 } };
    expect(pruneUntyped({ a: { z: 1 }, e: embedded, metadata: { no: 1 } }, embedding)).toMatchObject({
      strict: ['unknown field "metadata.no"', 'unknown field "a.z"', 'unknown field "e.metadata.no"'],
    });
  });

  test("WIRE-PARTS: a body with more values than allowed is refused before defaulting", () => {
    const of = (count: number) => `{${head},"spec":{"l":[${"{},".repeat(count)}{}]}}`;
    expect(decode(of(90_000), "Warn")).toMatchObject({ ok: true });
    expect(decode(of(110_000), "Warn")).toMatchObject({
      ok: false,
      message: expect.stringContaining("the object has more than 100000 parts"),
    });
  });

  test("prototype keys are ordinary keys", () => {
    const decoded = decode(`{${head},"spec":{"a":"x","__proto__":{"b":1}}}`, "Warn");
    expect(decoded).toMatchObject({ ok: true, warnings: ['unknown field "spec.__proto__"'] });
  });
});
