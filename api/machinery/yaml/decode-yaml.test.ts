import { expect, test } from "vitest";
import { readYaml, yamlToJson } from "./decode-yaml.ts";

const messageOf = (text: string) => {
  const converted = yamlToJson(text);
  return converted.ok ? converted.json : converted.message;
};

test.each([
  ["a: 0o17", '{"a":15}'],
  ["a: '\\ud83d'", '{"a":"\\\\ud83d"}'],
  ['{"a":"\\\\ud83d"}', '{"a":"\\\\ud83d"}'],
  ["a: -0o17", '{"a":-15}'],
  ["a: 2024-01-01", '{"a":"2024-01-01"}'],
  ["a: 1e309", '{"a":"1e309"}'],
  ["a: -1.5E+400", '{"a":"-1.5E+400"}'],
  ["a: 1e+100", '{"a":1e+100}'],
  ["a: [9007199254740993.0, 1e18, 1e19]", '{"a":[9007199254740992,1000000000000000000,10000000000000000000]}'],
  ["a: !!omap [b: c]", '{"a":[{"b":"c"}]}'],
  ["%YAML 1.1\n---\na: y", '{"a":true}'],
  ["[., -., +., .5, 5., ..]", '[".","-.","+.",0.5,5,".."]'],
])("WIRE-YAML-READ: %j is parsed as by go-yaml", (text, json) => {
  expect(messageOf(text)).toBe(json);
});

test.each([
  ["a: .inf", "json: unsupported value: +Inf"],
  ["a: -.inf", "json: unsupported value: -Inf"],
  ["a: .nan", "json: unsupported value: NaN"],
  ["a: *nope", "yaml: unknown anchor 'nope' referenced"],
  ["~: b", 'unsupported map key of type: %!s(<nil>), key: <nil>, value: "b"'],
  ["[a]: b", 'yaml: invalid map key: []interface {}{"a"}'],
  ["a: '\u0001'", "yaml: control characters are not allowed"],
  ["%YAML 1.2\n---\na: b", "yaml: found incompatible YAML document"],
  ['a:\n b: "\\q"', "yaml: line 2: found unknown escape character"],
  ['a:\n b: "x', "yaml: line 2: found unexpected end of stream"],
  ['{"a":"\\ud83d\\ude00"}', "yaml: found invalid Unicode character escape code"],
  ['a:\n  b: "\n    \\\\\\uDc00"', "yaml: line 3: found invalid Unicode character escape code"],
  ['a:\n b: "x\\U00110000"', "yaml: line 2: found invalid Unicode character escape code"],
  ['a: "\\u12"', "yaml: did not find expected hexdecimal number"],
  ['a: "\\U0011"', "yaml: did not find expected hexdecimal number"],
  ['a: "\\xZZ"', "yaml: did not find expected hexdecimal number"],
  ["a:\n  b: c\n d: e", "yaml: line 2: did not find expected key"],
  ["a:\n  b: }", "yaml: line 1: did not find expected node content"],
  ["a: }", "yaml: did not find expected node content"],
  [": a", "yaml: did not find expected key"],
  ["{: a}", "yaml: did not find expected node content"],
  ["a:\n  b: c\n  : d", "yaml: line 2: did not find expected key"],
  [":\n - ][", "yaml: did not find expected key"],
  ["a:\n  {b: 'c' d}", "yaml: line 1: did not find expected ',' or '}'"],
  ["a:\n  {b: c,,d: e}", "yaml: line 1: did not find expected node content"],
  ["a:\n  [b,,c]", "yaml: line 1: did not find expected node content"],
  ["a:\n  {b: c: d}", "yaml: line 1: did not find expected ',' or '}'"],
  ["a:\n  {b: c", "yaml: line 2: did not find expected ',' or '}'"],
  ["a:\n  {b: c\n", "yaml: line 2: did not find expected ',' or '}'"],
  ["a: {b: 1\nc: 2\n", "yaml: line 1: did not find expected ',' or '}'"],
  ["a: b: c", "yaml: mapping values are not allowed in this context"],
  ["a: 'b", "yaml: found unexpected end of stream"],
  ["%FOO\n---\na: b", "yaml: found unknown directive name"],
  ["<<: 1", "yaml: map merge requires map or sequence of maps as the value"],
])("WIRE-YAML-READ: %j is refused as go-yaml refuses it", (text, message) => {
  expect(messageOf(text)).toBe(message);
});

test("WIRE-YAML-READ: a duplicate key is reported with the line of its value", () => {
  expect(yamlToJson("a: b\na:\n  c: d\na: e")).toMatchObject({
    duplicates: ['yaml: unmarshal errors:\n  line 3: key "a" already set in map\n  line 4: key "a" already set in map'],
  });
});

test("WIRE-YAML-READ: a duplicate key is reported as Go prints it", () => {
  expect(yamlToJson("1: b\n1: c\nyes: d\nyes: e")).toMatchObject({
    duplicates: ["yaml: unmarshal errors:\n  line 2: key 1 already set in map\n  line 4: key true already set in map"],
  });
});

test("WIRE-YAML-READ: duplicate keys within a value are reported before its own key", () => {
  expect(yamlToJson("a: b\na: {b: [{c: d, c: e}], b: f}")).toMatchObject({
    duplicates: [
      `yaml: unmarshal errors:${["c", "b", "a"].map((key) => `\n  line 2: key "${key}" already set in map`).join("")}`,
    ],
  });
});

test("WIRE-YAML-READ: a whole float is an integer once it is JSON, and compares as one", () => {
  expect(readYaml("[1e18, 1e19]")).toMatchObject({ value: [10n ** 18n, 1e19] });
});
