import { describe, expect, it } from "vitest";
import { parseIndexes, printIndexes } from "./indexes.ts";

describe("index sets", () => {
  it.each([
    ["0,1,3", [0, 1, 3]],
    ["0-2,5", [0, 1, 2, 5]],
    ["", []],
  ])("%s", (text, indexes) => {
    expect(printIndexes(indexes)).toBe(text);
    expect([...parseIndexes(text, 10)]).toEqual(indexes);
  });
});
