import { expect, it } from "vitest";
import { repeated } from "./repeated.ts";

it("names what was there before, each time", () => {
  expect([...repeated(["a", "b", "a", undefined, "a", undefined])]).toEqual([2, 4, 5]);
  expect(repeated([]).size).toBe(0);
});
