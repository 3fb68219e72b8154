import { expect, test } from "vitest";
import { MAX_DEPTH } from "../json/json-syntax.ts";
import { yamlToJson } from "./decode-yaml.ts";
import { isDeeper } from "./yaml-depth.ts";

test.each([
  ["a: [[[1]]]", true],
  ["a: [[1], [2], [3]]", false],
  ["a: {b: {c: [1]}}", true],
  ["- - - 1", true],
  ["- - 1\n- - 2\n- - 3\n- - 4", false],
  ["? ? ? a", true],
  ["a: '[[[[[['", false],
  ['a: "{{{{{{"', false],
  ["a: |\n  [[[[[[\n  - - - - - -\nb: 1", false],
  ["# [[[[[[ - - - - - -\na: x[[[[[", false],
])("YAML is measured without its texts and comments: %j is deeper than 2: %s", (text, deeper) => {
  expect(isDeeper(text, 2)).toBe(deeper);
});

test("YAML that is nested too deeply is refused before it is parsed", () => {
  const [open, close] = ["[".repeat(20_000), "]".repeat(20_000)];
  expect(yamlToJson(`a: ${open}${close}`)).toEqual({ ok: false, message: `yaml: exceeded max depth of ${MAX_DEPTH}` });
});
