import { expect, test } from "vitest";
import { compiled, run } from "../../../../test/fakes/objects/cel-expression.ts";

test.each([
  ["'%d'.format(['x'])", "error during formatting: decimal clause can only be used on integers, was given string"],
  ["'%q'.format([1])", 'could not parse formatting clause: unrecognized formatting clause "q"'],
  ["'%s %s'.format(['a'])", "index 1 out of range"],
  ["'%s'.format(['a', 'b'])", "too many arguments supplied to string.format (expected 1, got 2)"],
  ["'%'.format([1])", "unexpected end of string"],
  [
    "'%.3'.format([1.0])",
    "could not parse formatting clause: error while parsing precision: could not find end of precision specifier",
  ],
  ["'%.2f'.format([1])", "error during formatting: fixed-point clause can only be used on doubles, was given int"],
  ["[dyn(1), 'x']", "expected type 'dyn' but found 'string'"],
  ["{'a': 'y', 'b': dyn(1)}", "expected type 'string' but found 'dyn'"],
  ["int('x')", "program instantiation failed: type conversion error from 'string' to 'int'"],
  ["uint(-1)", "program instantiation failed: unsigned integer overflow"],
  ["'a'.find('(')", "program instantiation failed: error parsing regexp: missing closing ): `(`"],
])("CEL-LITERALS: %s does not compile", (source, message) => {
  expect(run(source)).toContain(message);
});

test.each(["'%s %d'.format([self.s, dyn(1)])", "self.s.format([1])", "[[], ['x']]", "int(self.s) == 1 || true"])(
  "CEL-LITERALS: %s compiles",
  (source) => {
    expect(compiled(source).ok).toBe(true);
  },
);
