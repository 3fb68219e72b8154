import { expect, it } from "vitest";
import { addressAt, contains, parseRange } from "./service-range.ts";

it.each([
  ["10.96.0.0/16", "10.96.0.0", false],
  ["10.96.0.0/16", "10.96.0.1", true],
  ["10.96.0.0/16", "10.96.255.254", true],
  ["10.96.0.0/16", "10.96.255.255", false],
  ["10.96.0.0/16", "10.97.0.0", false],
  ["10.96.0.0/16", "10.95.255.255", false],
  ["10.96.0.0/16", "fd00::1", false],
  ["fd00:10:96::/112", "fd00:10:96::0044", true],
  ["fd00:10:96::/112", "fd00:10:96::", false],
  ["fd00:10:96::/112", "fd00:10:96::ffff", true],
  ["fd00:10:96::/112", "fd00:10:96::1:0", false],
])("in the range %s a Service may use the address %s: %s", (range, address, may) =>
  expect(contains(parseRange(range), address)).toBe(may),
);

it("counts addresses from the first of the range", () => {
  expect(addressAt(parseRange("10.96.0.0/16"), 300)).toBe("10.96.1.44");
  expect(addressAt(parseRange("fd00:10:96::/112"), 300)).toBe("fd00:10:96::12c");
});
