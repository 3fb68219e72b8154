import { expect, test } from "vitest";
import { exactJson } from "../json/exact-json.ts";
import { readYaml } from "./decode-yaml.ts";
import { jsonAsYaml } from "./json-as-yaml.ts";

test.each([
  '{"b": 1, "a": {"d": [1, {"z": 0, "y": "x"}], "c": null}}',
  '{"text": "a \\"quoted: word\\\\", "empty": "", "colon": "a:b:c", "escaped\\u003akey": true}',
  '{"n": 1.0, "e": 1e3, "big": 12345678901234567890, "minus": -0.5}',
  '{"float": 9007199254740993.0, "e": 1e18, "wide": 123456789012345678.5, "int": 9007199254740993}',
  '\n  [{"<<": {"a": 1}}, "y", "2026-01-02"]\n',
  '{"__proto__": {"a": 1}}',
  '{"text": "\\\\ud83d\\\\ude00, as in a string of JSON"}',
  "{}",
])("JSON %s is parsed with the same result as YAML", (json) => {
  const read = jsonAsYaml(json);
  expect(read).toBeDefined();
  // Preceded by a space it begins a comment, which JSON does not have.
  expect(readYaml(`${json} # YAML`)).toEqual({ ok: true, value: read?.value, duplicates: [] });
  expect(exactJson(read?.value)).toBe(exactJson((readYaml(`${json} # YAML`) as { value: unknown }).value));
});

test.each([
  ["a repeated key", '{"a": 1, "b": {"c": 1, "c": 1}}'],
  ["a tab", '{\n\t"a": 1}'],
  ["a character escaped in halves", '{"a": "\\ud83d\\ude00"}'],
  ["a number without end", '{"a": 1e999}'],
  ["no JSON", '{"a": 1,}'],
  ["plain words", "{a: b}"],
  ["a scalar", '"a"'],
])("%s is left to the YAML parser", (_, text) => {
  expect(jsonAsYaml(text)).toBe(undefined);
});
