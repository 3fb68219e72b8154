import { expect, test } from "vitest";
import { toneOfFraction, toneOfState } from "./tone.ts";

test.each([
  ["Running", "good"],
  ["Ready", "good"],
  ["Ready,SchedulingDisabled", "warn"],
  ["NotReady", "bad"],
  ["CrashLoopBackOff", "bad"],
  ["Init:Error", "bad"],
  ["Init:0/1", "warn"],
  ["ContainerCreating", "warn"],
  ["Completed", "done"],
  ["some-name", ""],
])("the state %s is %s", (state, tone) => {
  expect(toneOfState(state)).toBe(tone);
});

test.each([
  ["1/2", "warn"],
  ["2/2", ""],
  ["0/0", ""],
  ["10/9", ""],
  ["a/b", ""],
])("the fraction %s is %s", (text, tone) => {
  expect(toneOfFraction(text)).toBe(tone);
});
