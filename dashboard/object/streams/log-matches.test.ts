import { expect, test } from "vitest";
import { indexOf, matchesIn, step } from "./log-matches.ts";

const lines = ["GET /a a", "POST /b", "GET /a"].map((text) => ({ text }));
const found = (of = lines, sought = "a") =>
  matchesIn(
    of,
    of.map(({ text }) => text),
    sought,
  );

test("matches are known by their line and their number in it", () => {
  expect(found().map(({ line, nth, at }) => [lines.indexOf(line), nth, at])).toEqual([
    [0, 0, 5],
    [0, 1, 7],
    [2, 0, 22],
  ]);
});

test("the current match stays the same one while lines are dropped and added", () => {
  const [, second] = found();
  const later = found([...lines, { text: "a" }]);
  expect([indexOf(later, second), later.length]).toEqual([1, 4]);
  const [, , third] = found();
  expect(indexOf(found(lines.slice(1)), third)).toBe(0);
  expect(indexOf(found(lines.slice(1)), second)).toBe(-1);
});

test("steps begin with the newest match and go round at the ends", () => {
  const all = found();
  const at = (current: (typeof all)[number] | undefined, by: 1 | -1) => indexOf(all, step(all, current, by));
  expect([at(undefined, 1), at(undefined, -1)]).toEqual([2, 2]);
  expect([at(all[2], 1), at(all[0], -1), at(all[1], 1), at(all[1], -1)]).toEqual([0, 2, 2, 0]);
  expect(step(found(lines, "nothing"), undefined, 1)).toBeUndefined();
});
