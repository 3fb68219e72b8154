import { expect, test } from "vitest";
import {
  canonicalCIDRProblems,
  canonicalIPProblems,
  interfaceAddressProblems,
  isStrictSubset,
  specialIPProblem,
} from "./ip.ts";
import { cidrWarnings, ipWarnings } from "./ip-warnings.ts";

test.each([
  ["10.0.0.1", []],
  ["2001:db8::1", []],
  ["x", ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]],
  ["192.168.077.1", ["must not have leading 0s"]],
  ["2001:DB8::1", ['must be in canonical form ("2001:db8::1")']],
  ["::ffff:1.2.3.4", ["must not be an IPv4-mapped IPv6 address"]],
])("the name of an IPAddress: %s", (text, problems) => {
  expect(canonicalIPProblems(text)).toEqual(problems);
});

test.each([
  ["10.0.0.0/8", []],
  ["10.0.0.1/8", ["must not have bits set beyond the prefix length"]],
  ["fd00::/64", []],
  ["010.0.0.0/8", ["must not have leading 0s in IP or prefix length"]],
  ["10.0.0.0/08", ["must not have leading 0s in IP or prefix length"]],
  ["fd00::/129", ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"]],
])("a range of services: %s", (text, problems) => {
  expect(canonicalCIDRProblems(text)).toEqual(problems);
});

test("a smaller range within another is a strict subset, an equal or adjacent one is not", () => {
  expect(isStrictSubset("10.1.0.0/16", "10.0.0.0/8")).toBe(true);
  expect(isStrictSubset("10.0.0.0/8", "10.0.0.0/8")).toBe(false);
  expect(isStrictSubset("11.0.0.0/16", "10.0.0.0/8")).toBe(false);
  expect(isStrictSubset("fd00:1::/32", "fd00::/16")).toBe(true);
});

test.each([
  ["127.0.0.1", "may not be in the loopback range (127.0.0.0/8, ::1/128)"],
  ["169.254.1.1", "may not be in the link-local range (169.254.0.0/16, fe80::/10)"],
  ["224.0.0.5", "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"],
  ["0.0.0.0", "may not be unspecified (0.0.0.0)"],
  ["::", "may not be unspecified (::)"],
  ["::1", "may not be in the loopback range (127.0.0.0/8, ::1/128)"],
  ["fe80::1", "may not be in the link-local range (169.254.0.0/16, fe80::/10)"],
  ["ff02::1", "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"],
  ["8.8.8.8", undefined],
  ["fd00::1", undefined],
])("%s as an endpoint", (address, problem) => {
  expect(specialIPProblem(address)).toBe(problem);
});

test.each([
  ["10.0.0.1", []],
  ["::1", []],
  ["x", []],
  ["010.0.0.1", ['p: non-standard IP address "010.0.0.1" is invalid: use "10.0.0.1"']],
  ["::ffff:1.2.3.4", ['p: non-standard IP address "::ffff:1.2.3.4" is invalid: use "1.2.3.4"']],
  ["FD00::0:1", ['p: IPv6 address "FD00::0:1" should be in RFC 5952 canonical format ("fd00::1")']],
])("warnings about an address: %s", (text, warnings) => {
  expect(ipWarnings("p", text)).toEqual(warnings);
});

test.each([
  ["10.0.0.0/8", []],
  ["fd00::/64", []],
  ["x", []],
  [
    "10.0.0.1/8",
    ['p: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)'],
  ],
  ["10.0.0.0/08", ['p: non-standard CIDR value "10.0.0.0/08" is invalid: use "10.0.0.0/8"']],
  ["::ffff:1.2.3.0/120", ['p: non-standard CIDR value "::ffff:1.2.3.0/120" is invalid: use "1.2.3.0/24"']],
  ["FD00::/64", ['p: IPv6 CIDR value "FD00::/64" should be in RFC 5952 canonical format ("fd00::/64")']],
])("warnings about a range: %s", (text, warnings) => {
  expect(cidrWarnings("p", text)).toEqual(warnings);
});

test.each([
  ["10.9.8.7/24", []],
  ["x", ["must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)"]],
  ["010.9.8.7/24", ['must be in canonical form ("10.9.8.7/24")']],
  ["::ffff:10.9.8.7/120", ['must be in canonical form ("10.9.8.7/24")']],
])("the address of an interface: %s", (text, problems) => {
  expect(interfaceAddressProblems(text)).toEqual(problems);
});
