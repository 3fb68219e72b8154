import { expect, test } from "vitest";
import { printable } from "./printable.ts";

test.each([
  ["jörg@example.com", "jörg@example.com"],
  ["eve\n200  admin", "eve\\u000a200  admin"],
  ["\u001b[2Jeve\u009b1A", "\\u001b[2Jeve\\u009b1A"],
  ["eve\u202enimda", "eve\\u202enimda"],
])("AUDIT-KEPT: a name is printed with control characters escaped: %j", (name, shown) => {
  expect(printable(name)).toBe(shown);
});
