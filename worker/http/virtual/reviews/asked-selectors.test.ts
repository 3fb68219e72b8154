import { expect, test } from "vitest";
import { readSelectors } from "./asked-selectors.ts";

const named = { of: "field", key: "spec.nodeName", operator: "in", values: ["n"] };
const one = { key: "spec.nodeName", operator: "In", values: ["n"] };
const two = { ...one, values: ["n", "m"] };

test.each([
  [{}, [], ""],
  [{ fieldSelector: { requirements: [one] } }, [named], ""],
  [
    { fieldSelector: { requirements: [one, two] } },
    [named],
    "spec.resourceAttributes.fieldSelector partially ignored due to parse error",
  ],
  [
    { fieldSelector: { requirements: [two] }, labelSelector: { rawSelector: "a in (" } },
    [],
    "spec.resourceAttributes.fieldSelector ignored due to parse error; spec.resourceAttributes.labelSelector ignored due to parse error",
  ],
  [
    { labelSelector: { requirements: [{ key: "a", operator: "Later" }] } },
    [],
    "spec.resourceAttributes.labelSelector ignored due to parse error",
  ],
])("of %j the field selector is %j, and the problem %j", (attributes, fieldSelector, problem) => {
  expect(readSelectors(attributes)).toEqual({ fieldSelector, problem });
});
