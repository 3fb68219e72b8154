import { expect, test } from "vitest";
import { validateNumber } from "./validate-number.ts";

test.each([
  [1, { type: "integer", multipleOf: 10 ** 12 }, "1: v in body should be a multiple of 1000000000000"],
  [1e19, { type: "number", multipleOf: 0.1 }, "1e+19: v in body should be a multiple of 0.1"],
  [
    2 ** 60,
    { type: "number", maximum: 2 ** 53 },
    "1.152921504606847e+18: v in body should be less than or equal to 9.007199254740992e+15",
  ],
  [1e-7, { type: "number", minimum: 1 }, "1e-07: v in body should be greater than or equal to 1"],
])("CRD-BOUND: %d under %j is refused as in Go", (value, schema, problem) => {
  expect(validateNumber(value, schema, "v").map(({ message }) => message)).toEqual([`Invalid value: ${problem}`]);
});

test.each([
  [3n * 10n ** 18n, { type: "integer", multipleOf: 10 ** 18 }],
  [0.3, { type: "number", multipleOf: 0.1 }],
])("CRD-BOUND: %d under %j is valid", (value, schema) => {
  expect(validateNumber(value, schema, "v")).toEqual([]);
});
