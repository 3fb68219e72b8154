import { expect, test } from "vitest";
import { parseLooseSemver, parseSemver } from "./semver-text.ts";

test.each([
  ["", "Version string empty"],
  ["1.2", "No Major.Minor.Patch elements found"],
  ["a.2.3", 'Invalid character(s) found in major number "a"'],
  ["1.02.3", 'Minor number must not contain leading zeroes "02"'],
  ["1.2.", 'strconv.ParseUint: parsing "": invalid syntax'],
  ["99999999999999999999.0.0", 'strconv.ParseUint: parsing "99999999999999999999": value out of range'],
  ["1.2.3-a..b", "Prerelease is empty"],
  ["1.2.3-00", 'Numeric PreRelease version must not contain leading zeroes "00"'],
  ["1.2.3-a_b", 'Invalid character(s) found in prerelease "a_b"'],
  ["1.2.3+", "Build meta data is empty"],
  ["1.2.3.4", 'Invalid character(s) found in patch number "3.4"'],
])("%j is no version: %s", (text, problem) => {
  expect(parseSemver(text)).toBe(problem);
});

test("a version has numbers and tags", () => {
  expect(parseSemver("1.2.3-rc.1+b.c-d")).toEqual({ numbers: [1n, 2n, 3n], pre: ["rc", "1"] });
});

test.each([
  ["v1", [1n, 0n, 0n]],
  ["01.002", [1n, 2n, 0n]],
  ["0.00.000", [0n, 0n, 0n]],
])("%s is loosely %s", (text, numbers) => {
  expect(parseLooseSemver(text)).toEqual({ numbers, pre: [] });
});

test("a short version has no tags", () => {
  expect(parseLooseSemver("1.2-a")).toBe("short version cannot contain PreRelease/Build meta data");
});
