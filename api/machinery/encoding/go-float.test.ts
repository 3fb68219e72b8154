import { expect, test } from "vitest";
import { parseGoFloat } from "./go-float.ts";

test.each([
  ["1.5", 1.5],
  ["+.5e1", 5],
  ["-5.", -5],
  ["1_0", 10],
  ["0x1p-2", 0.25],
  ["0x_1.8p0", 1.5],
  ["-Inf", Number.NEGATIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
  ["NAN", Number.NaN],
  ["1e-400", 0],
  ["1e400", undefined],
  ["", undefined],
  [" 1", undefined],
  ["1e", undefined],
  ["1_", undefined],
  ["_1", undefined],
  ["0x1", undefined],
  ["0xp1", undefined],
  ["-nan", undefined],
])("ParseFloat(%j) is %s", (text, value) => {
  expect(parseGoFloat(text)).toBe(value);
});
