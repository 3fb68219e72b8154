import { expect, it } from "vitest";
import { groupAlike } from "./alike.ts";

it("similar items are grouped at the position of the first", () => {
  expect(groupAlike(["b1", "a1", "b2", "c1", "b3"], ([sort = ""]) => sort)).toEqual([
    { first: "b1", others: 2 },
    { first: "a1", others: 0 },
    { first: "c1", others: 0 },
  ]);
  expect(groupAlike([], String)).toEqual([]);
});
