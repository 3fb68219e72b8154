import { expect, test } from "vitest";
import { resourceNameProblem } from "./resource-name.ts";

test.each([
  ["a.b", undefined],
  ["", "resource name may not be empty"],
  ["a/b", "invalid resource name \"a/b\": [may not contain '/']"],
  ["..", "invalid resource name \"..\": [may not be '..']"],
])("the name %j: %s", (name, problem) => {
  expect(resourceNameProblem(name)).toBe(problem);
});
