import { expect, it } from "vitest";
import { sorted } from "./sorting.ts";

it("rows are sorted numerically or as text, in either direction, and stably", () => {
  const rows = ["b2", "a10", "a2"];
  expect(sorted(rows, (row) => row, false)).toEqual(["a10", "a2", "b2"]);
  expect(sorted(rows, (row) => Number(row.slice(1)), true)).toEqual(["a10", "b2", "a2"]);
  expect(sorted(rows, undefined, true)).toBe(rows);
});
