import { expect, test } from "vitest";
import { customColumns } from "./custom-columns.ts";

test.each([
  ["none", undefined, [["Age", "date"]]],
  ["some", [{ name: "A", type: "string", jsonPath: ".spec.a" }], [["A", "string"]]],
  [
    "one that cannot be read",
    [
      { name: "A", type: "string", jsonPath: ".spec.a" },
      { name: "B", type: "string", jsonPath: ".spec[" },
      { name: "C", type: "string", jsonPath: ".spec.c" },
    ],
    [["A", "string"]],
  ],
])("a definition that names %s has these columns", (_, definitions, columns) => {
  expect(customColumns(definitions).map(({ name, type }) => [name, type])).toEqual(columns);
});
