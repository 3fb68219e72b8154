import { expect, it } from "vitest";
import { placesOf } from "./places-of.ts";

it.each([
  ["an Error, an error", "error", 10, [13, 3]],
  ["aaa", "aa", 10, [1, 0]],
  ["a a a", "a", 2, [4, 2]],
  ["abc", "", 10, []],
  ["abc", "d", 10, []],
  ["İ error", "error", 10, []],
])("in %j, %j is found at most %i times: %j", (text, sought, most, places) => {
  expect(placesOf(text, sought, most)).toEqual(places);
});
