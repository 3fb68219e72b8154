import { describe, expect, test } from "vitest";
import type { Schema } from "./json-walk.ts";
import { validateValue } from "./validate.ts";

describe("CRD-WORK: validating a short object against a short schema takes a bounded time for", () => {
  const list = (of: Schema): Schema => ({ type: "array", items: of });
  const many = (length: number, value: unknown) => Array.from({ length }, () => value);
  const names = Array.from({ length: 50_000 }, (_, i) => `v${i}`);
  const tooLong = 'Invalid value: "": validation by the schema takes too long, and was not completed';
  const reported = (value: unknown, schema: Schema) => validateValue(value, schema).map(({ message }) => message);

  test("many enum values, for each of many items", () => {
    const schema = list({ type: "string", enum: names });
    expect(reported(many(50_000, "v49999"), schema)).toEqual([]);
    const wrong = reported(many(50_000, "other"), schema);
    expect(wrong.length).toBeLessThan(10);
    expect(wrong.at(-1)).toBe(tooLong);
    const few = reported(many(5, "other"), schema);
    expect(few.length).toBeLessThan(5);
    expect(few.at(-1)).toContain("there is more, which is too long to be told");
  });

  test("many alternatives, with a pattern each, of many items", () => {
    const oneOf = names.slice(0, 3000).map((name) => ({ pattern: `^${name}$` }));
    expect(reported(many(3000, "v7"), list({ type: "string", oneOf })).at(-1)).toBe(tooLong);
    expect(reported(many(20, "v7"), list({ type: "string", oneOf: oneOf.slice(0, 100) }))).toEqual([]);
  });

  test("backtracking patterns on many long texts", () => {
    const texts = many(500, "a".repeat(3000));
    expect(reported(texts, list({ type: "string", not: { pattern: "a*b" } })).at(-1)).toBe(tooLong);
    expect(reported(texts, list({ type: "string", pattern: "^a*$" }))).toEqual([]);
  });

  test("patterns that JavaScript's engine cannot match", () => {
    expect(reported(many(1000, "é".repeat(900)), list({ type: "string", pattern: "\\pL".repeat(900) })).at(-1)).toBe(
      tooLong,
    );
    expect(reported(many(1000, "é".repeat(30)), list({ type: "string", pattern: "^\\pL{1,100}$" }))).toEqual([]);
  });

  test("one text, of which it is then not known whether it matches", () => {
    const long = "a ".repeat(200_000);
    for (const schema of [{ pattern: "(\\w+\\s?)+\\pL{200}" }, { not: { pattern: "\\pL{200}" } }])
      expect(reported(long, { type: "string", ...schema }).at(-1)).toBe(tooLong);
    expect(reported(`${long}secret`, { type: "string", not: { pattern: "secret" } })).toHaveLength(1);
  });

  test("alternatives within alternatives", () => {
    const doubled = (depth: number): Schema =>
      depth === 0 ? { minLength: 1 } : { anyOf: [doubled(depth - 1), doubled(depth - 1)] };
    expect(reported(many(1000, "x"), list({ type: "string", allOf: [doubled(12)] })).at(-1)).toBe(tooLong);
  });
});

test("an enum allows values of any type, whatever the order of their members", () => {
  const schema: Schema = { enum: [1, "1", null, { a: 1, b: [2] }, 9007199254740993n], nullable: true };
  for (const value of [1, "1", null, { b: [2], a: 1 }, 9007199254740993n])
    expect(validateValue(value, schema)).toEqual([]);
  for (const value of [2, "null", { a: 1 }, { a: 1, b: ["2"] }]) expect(validateValue(value, schema)).toHaveLength(1);
});
