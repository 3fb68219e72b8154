import { expect, test } from "vitest";
import { parseUintProblem } from "./parse-uint.ts";

test.each([
  ["0", undefined],
  ["18446744073709551615", undefined],
  ["18446744073709551616", 'strconv.ParseUint: parsing "18446744073709551616": value out of range'],
  ["0000000000000000000000001", undefined],
  ["-1", 'strconv.ParseUint: parsing "-1": invalid syntax'],
  ["1e3", 'strconv.ParseUint: parsing "1e3": invalid syntax'],
  ["", 'strconv.ParseUint: parsing "": invalid syntax'],
])("%j: %j", (text, problem) => {
  expect(parseUintProblem(text)).toBe(problem);
});
