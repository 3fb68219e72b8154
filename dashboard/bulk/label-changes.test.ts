import { expect, test } from "vitest";
import { parseLabelChanges } from "./label-changes.ts";

test("labels are set and removed with kubectl's words", () => {
  expect(parseLabelChanges(" tier=web, example.com/old-  empty=")).toEqual({
    labels: { tier: "web", "example.com/old": null, empty: "" },
    problem: "",
  });
});

test.each([
  ["nothing", " ", /Name a label/],
  ["a word alone", "tier", /tier is neither/],
  ["an invalid key", "-x=1", /-x is no valid key/],
  ["an invalid value", "tier=a/b", /a\/b is no valid value/],
])("%s is refused", (_, text, problem) => expect(parseLabelChanges(text).problem).toMatch(problem));
