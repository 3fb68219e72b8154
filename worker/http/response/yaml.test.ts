import { expect, test } from "vitest";
import { parse } from "yaml";
import { encodeYaml } from "./yaml.ts";

test("WIRE-YAML: an answer has the same meaning in YAML 1.1, and its members are sorted", () => {
  const object = { kind: "ConfigMap", data: { b: "yes", a: "012", t: "2026-01-01T00:00:00Z" }, list: [{ x: true }] };
  const text = encodeYaml(object);
  expect(text).toBe('data:\n  a: "012"\n  b: "yes"\n  t: "2026-01-01T00:00:00Z"\nkind: ConfigMap\nlist:\n- x: true\n');
  expect(parse(text, { version: "1.1" })).toEqual(object);
});

test.each([
  ["", 'k: ""\n'],
  ["null", 'k: "null"\n'],
  ["~", 'k: "~"\n'],
  ["1e3", 'k: "1e3"\n'],
  ["12:30:45", 'k: "12:30:45"\n'],
  ["a: b", "k: 'a: b'\n"],
  ["- x", "k: '- x'\n"],
  ["#c", "k: '#c'\n"],
  [" lead", "k: ' lead'\n"],
  ["{x", "k: '{x'\n"],
  ['say "hi": x', "k: 'say \"hi\": x'\n"],
  ["it's", "k: it's\n"],
  [".", "k: .\n"],
  ["multi\nline", "k: |-\n  multi\n  line\n"],
])("WIRE-YAML: %j is quoted as in Kubernetes", (value, text) => {
  expect(encodeYaml({ k: value })).toBe(text);
});

test("WIRE-YAML: a member name that YAML reads as a boolean is quoted, too", () => {
  expect(encodeYaml({ n: "x", y: 1, on: true })).toBe('"n": x\n"on": true\n"y": 1\n');
});
