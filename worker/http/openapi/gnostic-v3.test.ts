import { describe, expect, test } from "vitest";
import { gnosticV3 } from "./gnostic-v3.ts";

const hex = (document: object) => Buffer.from(gnosticV3(document)).toString("hex");
const textField = (number: number, text: string) =>
  `${(number * 8 + 2).toString(16).padStart(2, "0")}${text.length.toString(16).padStart(2, "0")}${Buffer.from(text).toString("hex")}`;
/** A length-delimited field of few bytes; numbers beyond 15 take two for their tag. */
function field(number: number, ...content: string[]): string {
  const [inner, tag] = [content.join(""), number * 8 + 2];
  const head = tag < 128 ? [tag] : [(tag & 127) | 128, tag >> 7];
  return `${Buffer.from([...head, inner.length / 2]).toString("hex")}${inner}`;
}
/** The document of one schema, up to the schema's content. */
const ofSchema = (...content: string[]) =>
  field(5, field(1, field(1, textField(1, "S"), field(2, field(1, ...content)))));

describe("WIRE-OPENAPI: a schema in the protobuf message of version 3", () => {
  test.each<[string, object, string]>([
    ["its type", { type: "string" }, field(25, Buffer.from("string").toString("hex"))],
    ["a default that is empty", { default: "" }, field(33, "1a00")],
    ["a default that is false", { default: false }, field(33, "1000")],
    ["a default that is a number", { default: 1 }, field(33, "09000000000000f03f")],
    ["a default that is an object, of which it has no words", { default: {} }, field(33)],
    ["what more there may be", { additionalProperties: false }, field(32, "1000")],
    ["a reference", { items: { $ref: "#/r" } }, field(30, field(1, field(2, textField(1, "#/r"))))],
    ["a length", { maxLength: 3 }, "7803"],
    [
      "an extension as YAML in its own order",
      { "x-a": { b: 1, a: 2 } },
      field(36, textField(1, "x-a"), field(2, textField(2, "b: 1\na: 2\n"))),
    ],
  ])("has %s", (_, schema, bytes) => {
    expect(hex({ components: { schemas: { S: schema } } })).toBe(ofSchema(bytes));
  });
});
