import { expect, it } from "vitest";
import { gathered } from "./alike.ts";

it("many of one sort are one, where the first of them stands", () => {
  expect(gathered(["b1", "a1", "b2", "c1", "b3"], ([sort = ""]) => sort)).toEqual([
    { first: "b1", others: 2 },
    { first: "a1", others: 0 },
    { first: "c1", others: 0 },
  ]);
  expect(gathered([], String)).toEqual([]);
});
