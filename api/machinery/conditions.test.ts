import { expect, test } from "vitest";
import { isConditionTrue } from "./conditions.ts";

test.each([
  [undefined, false],
  [[], false],
  [[{ type: "Ready", status: "Unknown" }], false],
  [[{ type: "MemoryPressure", status: "True" }], false],
  [
    [
      { type: "MemoryPressure", status: "False" },
      { type: "Ready", status: "True" },
    ],
    true,
  ],
])("of the conditions %j, Ready is true: %s", (conditions, expected) => {
  expect(isConditionTrue(conditions === undefined ? {} : { conditions }, "Ready")).toBe(expected);
});
