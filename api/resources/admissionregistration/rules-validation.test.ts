import { expect, test } from "vitest";
import type { FieldError } from "../../machinery/field-error.ts";
import { checkRuleWithOperations } from "./rules-validation.ts";

test.each([
  [["*", "pods"], false],
  [["pods", "*"], true],
  [["pods", "*", "pods/status"], true],
  [["*", "pods/status"], true],
])("a rule for the resources %j is valid: %s", (resources, taken) => {
  const errors: FieldError[] = [];
  checkRuleWithOperations(errors, "rules[0]", { operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources });
  expect(errors).toHaveLength(taken ? 0 : 1);
});
