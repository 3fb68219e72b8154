import { expect, test } from "vitest";
import { type Ages, agesAt } from "../../../api/machinery/time/duration.ts";
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
])("a definition with %s has these columns", (_, definitions, columns) => {
  expect(customColumns(definitions).map(({ name, type }) => [name, type])).toEqual(columns);
});

test("CRD-PATH-ROOM: the columns of a table share one JSONPath budget, and their number is limited", () => {
  const definitions = Array.from({ length: 1000 }, (_, i) => ({ name: `c${i}`, type: "integer", jsonPath: ".l[*]" }));
  const columns = customColumns(definitions);
  expect(columns).toHaveLength(250);
  const object = { metadata: {}, l: Array.from({ length: 100_000 }, () => 7) };
  const cells = (age: Ages) => columns.map(({ of }) => of(object, age));
  expect(cells(agesAt(0)).filter((cell) => cell === 7)).toHaveLength(20);
  expect(cells(agesAt(0))[0]).toBe(7);
});
