import { expect, test } from "vitest";
import { asFloat, asInt64, heldQuantity, negated, sumHeld } from "./held-quantity.ts";
import { quantityParts } from "./quantity.ts";

function held(text: string) {
  const parts = quantityParts(text);
  if (typeof parts === "string") throw new Error(parts);
  return heldQuantity(parts);
}

test.each([
  ["1Gi", 1073741824n],
  ["1E", 10n ** 18n],
  ["10E", undefined],
  ["0", 0n],
  ["-5k", -5000n],
  // A fraction, however it is written, is held as one.
  ["1.5Gi", undefined],
  ["1000m", undefined],
  ["1.0", undefined],
  // Nineteen digits are more than Go tries to hold.
  ["1000000000000000000", undefined],
])("%s is the integer %s", (text, value) => {
  expect(asInt64(held(text))).toBe(value);
});

test.each([
  ["1k", "1", 1001n],
  ["500m", "500m", undefined],
  ["0", "1Ki", 1024n],
  ["1Ki", "0", 1024n],
  ["7Ei", "7Ei", undefined],
])("%s and %s are the integer %s", (a, b, value) => {
  expect(asInt64(sumHeld(held(a), held(b)))).toBe(value);
});

test("a quantity becomes a float by its digits and its power of ten", () => {
  expect(asFloat(held("100m"))).toBe(0.1);
  expect(asFloat(sumHeld(held("1m"), negated(held("1n"))))).toBe(999999 * 1e-9);
});
