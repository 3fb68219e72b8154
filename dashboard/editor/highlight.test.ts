import { expect, test } from "vitest";
import { partsOf } from "./highlight.ts";

test.each([
  ["spec:", "key:spec mark::"],
  ["  replicas: 3", "mark:   key:replicas mark:: value: 3"],
  ["  - name: web # the web", "mark:  -  key:name mark:: text: web comment: # the web"],
  ['  note: "a # b"', 'mark:   key:note mark:: text: "a # b"'],
  ["# all", "comment:# all"],
  ["---", "mark:---"],
  ["  - https://example.com", "mark:  -  text:https://example.com"],
  ["", ""],
])("the line %j is highlighted as %s", (line, expected) => {
  expect(
    partsOf(line)
      .map(({ kind, text }) => `${kind}:${text}`)
      .join(" "),
  ).toBe(expected);
});

test("the parts of a line add up to the whole line", () => {
  for (const line of ["a: b", "  - - x", "weird: :: #", "\t: x", "a:b", "'k': v"])
    expect(
      partsOf(line)
        .map(({ text }) => text)
        .join(""),
    ).toBe(line);
});
