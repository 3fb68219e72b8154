import { expect, test } from "vitest";
import { addressProblem } from "./go-address.ts";

test.each(["1.2.3.4", "::", "::1", "1::", "fe80::1%eth0", "::1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:8"])(
  "%s is an address",
  (text) => {
    expect(addressProblem(text)).toBeUndefined();
  },
);

test.each([
  ["", "unable to parse IP"],
  ["host", "unable to parse IP"],
  ["%eth0", "missing IPv6 address"],
  ["1.2.3", "IPv4 address too short"],
  ["1.2.3.4.5", "IPv4 address too long"],
  ["1.2.3.04", "IPv4 field has octet with leading zero"],
  ["1.2.3.400", "IPv4 field has value >255"],
  ["1..2.3", 'IPv4 field must have at least one digit (at ".2.3")'],
  ["1.2.3.", 'IPv4 field must have at least one digit (at ".")'],
  ["1.2.3.a", 'unexpected character (at "a")'],
  ["fe80::%", "zone must be a non-empty string"],
  ["12345::", 'each group must have 4 or less digits (at "12345::")'],
  ["g::", 'each colon-separated field must have at least one digit (at "g::")'],
  ["1:", 'colon must be followed by more characters (at ":")'],
  ["1::2::3", 'multiple :: in address (at ":3")'],
  ["1:2", "address string too short"],
  ["1:2:3:4:5:6:7:8:9", 'trailing garbage after address (at "9")'],
  ["1:1.2.3.4", 'embedded IPv4 address must replace the final 2 fields of the address (at "1.2.3.4")'],
])("%s is invalid: %s", (text, why) => {
  expect(addressProblem(text)).toBe(`ParseAddr(${JSON.stringify(text)}): ${why}`);
});
