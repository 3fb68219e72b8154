import fc from "fast-check";
import { expect, test } from "vitest";
import { inCpuTime } from "../../../test/cpu-time.ts";
import { exactJson, parseExactJson, roundedJson } from "./exact-json.ts";

test.each([
  ["9007199254740993", 9007199254740993n],
  ["-9223372036854775808", -(2n ** 63n)],
  ["9223372036854775807", 2n ** 63n - 1n],
  ["9007199254740991", 9007199254740991],
  ["9223372036854775808", 2 ** 63],
  ["9007199254740993.0", 9007199254740992],
  ["1e20", 1e20],
  ["123456789012345678901234567890", 1.2345678901234568e29],
])("%s is read as %s", (text, value) => {
  expect(parseExactJson(text)).toBe(value);
  expect(parseExactJson(`{"a":[${text}]}`)).toEqual({ a: [value] });
});

test("digits in strings and keys remain text", () => {
  const text = '{"9007199254740993":"9007199254740993","a\\"9007199254740993":["\\\\",9007199254740993]}';
  expect(exactJson(parseExactJson(text))).toBe(text);
});

test("any integers are written as they were read", () => {
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
      fc.integer().map(String),
      fc.string().map((text) => JSON.stringify(text)),
      fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
      fc
        .uniqueArray(
          fc.tuple(
            fc.string({ minLength: 1 }).filter((key) => !/^\d+$/.test(key)),
            tie("value"),
          ),
          {
            selector: ([key]) => key,
            maxLength: 4,
          },
        )
        .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${String(value)}`).join(",")}}`),
    ),
  })).value as fc.Arbitrary<string>;
  fc.assert(
    fc.property(json, (text) => {
      expect(exactJson(parseExactJson(text))).toBe(text);
    }),
  );
});

test("indentation equals that of JSON.stringify", () => {
  const value = { a: [1, { b: null, c: undefined }, [], {}], d: "x" };
  const lines = exactJson({ ...value, e: 2n ** 60n }, 2);
  expect(lines).toBe(JSON.stringify({ ...value, e: 0 }, null, 2).replace('"e": 0', '"e": 1152921504606846976'));
});

test("the greatest and the least integer of a built-in kind stay exact", () => {
  const text = '{"a":[9223372036854775807,{"c":-9223372036854775808}],"b":"9223372036854776000"}';
  expect(roundedJson(JSON.parse(text))).toBe(text);
});

test(
  "a long invalid number is read in linear time",
  inCpuTime(2000, () => {
    parseExactJson(`[${"1".repeat(500_000)}.5]`);
  }),
);
