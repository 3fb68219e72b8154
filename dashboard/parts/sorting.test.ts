import { expect, it } from "vitest";
import { matcher } from "./matches.ts";
import { sorted } from "./sorting.ts";

it("rows are sorted numerically or as text, in either direction, and stably", () => {
  const rows = ["b2", "a10", "a2"];
  expect(sorted(rows, (row) => row, false)).toEqual(["a10", "a2", "b2"]);
  expect(sorted(rows, (row) => Number(row.slice(1)), true)).toEqual(["a10", "b2", "a2"]);
  expect(sorted(rows, undefined, true)).toBe(rows);
});

it("a filter matches rows that contain all its words, in any order and case", () => {
  const rows = ["shop web-1 running", "shop web-2 pending", "default api running"];
  expect(rows.filter(matcher("Running  shop"))).toEqual(["shop web-1 running"]);
  expect(rows.filter(matcher(" "))).toEqual(rows);
});
