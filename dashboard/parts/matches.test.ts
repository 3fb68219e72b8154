import { expect, it } from "vitest";
import { matcher } from "./matches.ts";

it("a filter matches rows that contain all its words, in any order and case", () => {
  const rows = ["shop web-1 running", "shop web-2 pending", "default api running"];
  expect(rows.filter(matcher("Running  shop"))).toEqual(["shop web-1 running"]);
  expect(rows.filter(matcher(" "))).toEqual(rows);
});
