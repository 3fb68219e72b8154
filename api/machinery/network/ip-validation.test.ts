import { expect, test } from "vitest";
import { forgiveStoredAddresses, validateCidr, validateIp } from "./ip-validation.ts";

test.each([
  ["10.0.0.5", []],
  ["FE80:0:0::ABC", []],
  ["10.0.0", ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]],
  ["010.000.000.005", ["must not have leading 0s"]],
  ["::ffff:1.2.3.4", ["must not be an IPv4-mapped IPv6 address"]],
])("an unambiguous address is accepted: %s", (text, problems) => {
  expect(validateIp(text, "ip").map(({ message }) => message)).toEqual(
    problems.map((problem) => `Invalid value: "${text}": ${problem}`),
  );
});

test.each([
  ["192.168.0.0/24", []],
  ["192.168.0.5/32", []],
  ["2001:DB8::/64", []],
  ["x/8", ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"]],
  ["192.168.0.5/24", ["must not have bits set beyond the prefix length"]],
  ["010.0.0.0/8", ["must not have leading 0s in IP or prefix length"]],
  ["::ffff:1.2.3.0/120", ["must not have an IPv4-mapped IPv6 address"]],
])("an unambiguous range is accepted: %s", (text, problems) => {
  expect(validateCidr(text, "cidr").map(({ message }) => message)).toEqual(
    problems.map((problem) => `Invalid value: "${text}": ${problem}`),
  );
});

test("an ambiguous stored value may stay among others in one string", () => {
  const old = { metadata: { annotations: { ranges: "1.2.3.0/24, 10.0.0.1/8" } } };
  const errors = ["10.0.0.1/8", "0.0.0.1/8"].flatMap((range) => validateCidr(range, range));
  expect(forgiveStoredAddresses(errors, old).map(({ path }) => path)).toEqual(["0.0.0.1/8"]);
});

test("an ambiguous stored value may stay, and no other error is tolerated with it", () => {
  const old = { spec: { externalIPs: ["01.2.3.4"], selector: "x" } };
  const errors = ["01.2.3.4", "01.2.3.5", "x"].flatMap((ip, i) => validateIp(ip, `spec.externalIPs[${i}]`));
  expect(forgiveStoredAddresses(errors, old).map(({ path }) => path)).toEqual([
    "spec.externalIPs[1]",
    "spec.externalIPs[2]",
  ]);
});
