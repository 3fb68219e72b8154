import { expect, test } from "vitest";
import { parse } from "yaml";
import { encodeValue } from "./respond.ts";

test("WIRE-YAML: an answer means the same to a reader of YAML 1.1, and its members are sorted", () => {
  const object = { kind: "ConfigMap", data: { b: "yes", a: "012", t: "2026-01-01T00:00:00Z" }, list: [{ x: true }] };
  const text = encodeValue(object, { type: "application/yaml", pretty: false, gzip: false }) as string;
  expect(text).toBe('data:\n  a: "012"\n  b: "yes"\n  t: "2026-01-01T00:00:00Z"\nkind: ConfigMap\nlist:\n- x: true\n');
  expect(parse(text, { version: "1.1" })).toEqual(object);
});
