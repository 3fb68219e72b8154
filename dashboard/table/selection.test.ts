import { expect, test } from "vitest";
import { extended, NOTHING, type Selection, shareOf, toggled, toggledAll } from "./selection.ts";

const order = ["a", "b", "c", "d", "e"];
const keysOf = ({ keys }: Selection) => [...keys].sort().join("");
const clicked = (...keys: string[]) => keys.reduce(toggled, NOTHING);

test("a click selects a row, and another one takes it back", () => {
  expect(keysOf(clicked("b", "d"))).toBe("bd");
  expect(keysOf(clicked("b", "d", "b"))).toBe("d");
});

test.each([
  ["down", clicked("b"), "d", "bcd"],
  ["up", clicked("d"), "b", "bcd"],
  ["from the row clicked last", clicked("a", "d"), "e", "ade"],
  ["without a row to begin at, like a click", NOTHING, "c", "c"],
  ["from a row that is no longer shown, like a click", clicked("z"), "c", "cz"],
])("a range extends %s", (_, before, key, after) => expect(keysOf(extended(before, key, order))).toBe(after));

test("a range that ends at a selected row is deselected", () => {
  const four = extended(clicked("a"), "d", order);
  expect(keysOf(extended(toggled(four, "b"), "d", order))).toBe("a");
});

test("selecting all concerns the rows that are shown", () => {
  const all = toggledAll(clicked("z"), order);
  expect(keysOf(all)).toBe("abcdez");
  expect(keysOf(toggledAll(all, order))).toBe("z");
  expect([NOTHING, clicked("a"), all].map((each) => shareOf(each, order))).toEqual(["none", "some", "all"]);
});
