import { expect, test } from "vitest";
import { hugeNumberProblem } from "./huge-number.ts";

test.each([
  ['{"a":1e309}', "1e309"],
  ['["1e309",-1E+999]', "-1E+999"],
  [`{"a":${"9".repeat(310)}}`, "9".repeat(310)],
])("%s has a number that is too large", (text, number) => {
  expect(hugeNumberProblem(text)).toBe(`json: cannot unmarshal number ${number} into Go value of type float64`);
});

test.each(['{"a":1e308}', '{"a":"1e309","\\"1e309":1e-999}', '{"a":0.01e310}'])("%s has none", (text) => {
  expect(hugeNumberProblem(text)).toBeUndefined();
});
