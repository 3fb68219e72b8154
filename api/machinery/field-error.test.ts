import { expect, test } from "vitest";
import { invalid, invalidTyped, notSupported, notSupportedText } from "./field-error.ts";

const ODD = 'a<"\u0001';

test("texts are quoted like Go's strings, and those of other types printed like its JSON", () => {
  const messages = [
    invalid("p", ODD, "why"),
    invalidTyped("p", ODD, "why"),
    notSupported("p", ODD, ["x"]),
    notSupportedText("p", ODD, ["x"]),
  ].map(({ message }) => message);
  const [quoted, json] = [String.raw`"a<\"\x01"`, String.raw`"a\u003c\"\u0001"`];
  expect(messages).toEqual([
    `Invalid value: ${quoted}: why`,
    `Invalid value: ${json}: why`,
    `Unsupported value: ${json}: supported values: "x"`,
    `Unsupported value: ${quoted}: supported values: "x"`,
  ]);
});

test("fractions are printed with an exponent from a million on, whole numbers are not", () => {
  expect(invalid("v", 1234567.5, "").message).toBe("Invalid value: 1.2345675e+06");
  expect(invalid("v", 2 ** 60, "").message).toBe(`Invalid value: ${2 ** 60}`);
});
