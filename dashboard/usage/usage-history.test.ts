import { expect, test } from "vitest";
import { totalsOf, type UsageHistory, withSamples } from "./usage-history.ts";

const at = (time: number) => ({ at: time, cpu: time, memory: 1 });

test("samples accumulate without duplicates, and those of deleted objects are dropped", () => {
  let history: UsageHistory = new Map();
  history = withSamples(history, [
    ["a", at(1)],
    ["b", at(1)],
  ]);
  history = withSamples(history, [["a", at(1)]]);
  history = withSamples(history, [["a", at(2)]]);
  expect([...history]).toEqual([["a", [at(1), at(2)]]]);
});

test("totals cover only the newest samples that all objects have", () => {
  const history: UsageHistory = new Map([
    ["a", [at(1), at(2), at(3)]],
    ["b", [at(10), at(20)]],
  ]);
  expect(totalsOf(history, "cpu")).toEqual([12, 23]);
  expect(totalsOf(new Map(), "cpu")).toEqual([]);
});

test("the oldest samples are dropped", () => {
  let history: UsageHistory = new Map();
  for (let time = 0; time < 50; time++) history = withSamples(history, [["a", at(time)]]);
  expect(history.get("a")?.map((sample) => sample.at)).toEqual(Array.from({ length: 40 }, (_, index) => index + 10));
});
