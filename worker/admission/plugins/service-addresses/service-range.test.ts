import { expect, it } from "vitest";
import { addressAt, parseRange, placeIn } from "./service-range.ts";

it.each([
  ["10.96.0.0/16", "10.96.0.0", "edge"],
  ["10.96.0.0/16", "10.96.0.1", "inside"],
  ["10.96.0.0/16", "10.96.255.254", "inside"],
  ["10.96.0.0/16", "10.96.255.255", "edge"],
  ["10.96.0.0/16", "10.97.0.0", "outside"],
  ["10.96.0.0/16", "10.95.255.255", "outside"],
  ["10.96.0.0/16", "fd00::1", "outside"],
  ["fd00:10:96::/112", "fd00:10:96::0044", "inside"],
  ["fd00:10:96::/112", "fd00:10:96::", "edge"],
  ["fd00:10:96::/112", "fd00:10:96::ffff", "inside"],
  ["fd00:10:96::/112", "fd00:10:96::1:0", "outside"],
])("of %s, %s is %s", (range, address, place) => expect(placeIn(parseRange(range), address)).toBe(place));

it("counts addresses from the first of the range", () => {
  expect(addressAt(parseRange("10.96.0.0/16"), 300)).toBe("10.96.1.44");
  expect(addressAt(parseRange("fd00:10:96::/112"), 300)).toBe("fd00:10:96::12c");
});
