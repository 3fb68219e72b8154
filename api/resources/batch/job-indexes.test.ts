import { expect, test } from "vitest";
import { commonIndex, countIndexes } from "./job-indexes.ts";

test.each([
  ["", 0],
  ["0", 1],
  ["1,3-5,7", 5],
])("%s names %i indexes", (text, count) => {
  expect(countIndexes(text, 10)).toBe(count);
});

test.each([
  ["10", 'too large index: "10"'],
  ["3-3", "non-increasing order, previous: 3, current: 3"],
  ["1,1", "non-increasing order, previous: 1, current: 1"],
  ["a", 'cannot convert string to integer for index: "a"'],
  ["", 0],
])("%s of ten indexes: %s", (text, problem) => {
  expect(countIndexes(text, 10)).toEqual(problem === 0 ? 0 : { problem });
});

test("the first common index of two sets is found, at any position in an interval", () => {
  expect(commonIndex("0-3,6", "5-8", 10)).toBe(6);
  expect(commonIndex("0-3", "4-8", 10)).toBeUndefined();
});
