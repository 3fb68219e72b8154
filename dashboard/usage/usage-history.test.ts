import { expect, test } from "vitest";
import { type UsageHistory, withSamples } from "./usage-history.ts";

const at = (time: number) => ({ at: time, cpu: time, memory: 1 });

test("samples pile up, one that is known already is not kept twice, and what is gone is forgotten", () => {
  let history: UsageHistory = new Map();
  history = withSamples(history, [
    ["a", at(1)],
    ["b", at(1)],
  ]);
  history = withSamples(history, [["a", at(1)]]);
  history = withSamples(history, [["a", at(2)]]);
  expect([...history]).toEqual([["a", [at(1), at(2)]]]);
});

test("the oldest samples go", () => {
  let history: UsageHistory = new Map();
  for (let time = 0; time < 50; time++) history = withSamples(history, [["a", at(time)]]);
  expect(history.get("a")?.map((sample) => sample.at)).toEqual(Array.from({ length: 40 }, (_, index) => index + 10));
});
