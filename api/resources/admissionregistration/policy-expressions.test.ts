import { expect, test } from "vitest";
import type { FieldError } from "../../machinery/field-error.ts";
import { PolicyExpressions } from "./policy-expressions.ts";

test.each([
  ["a validating policy", false, "undeclared reference to 'variables' (in container '')"],
  ["a mutating policy", true, "undefined field 'a'"],
])("a variable in %s that has none is reported", (_, constructs, problem) => {
  const errors: FieldError[] = [];
  new PolicyExpressions({}, { constructs }).check(errors, "x", "variables.a", { expected: ["bool"] });
  expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining(problem)]);
});
