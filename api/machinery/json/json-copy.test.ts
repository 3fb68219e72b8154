import fc from "fast-check";
import { expect, test } from "vitest";
import { copyJson } from "./json-copy.ts";

test("a copy is equal, and shares no mutable part", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      const copy = copyJson(value);
      expect(JSON.stringify(copy)).toBe(text);
      spoil(copy);
      expect(JSON.stringify(value)).toBe(text);
    }),
  );
});

test("a member named __proto__ is copied like any other", () => {
  const value = JSON.parse('{"a":{"__proto__":{"b":1}}}');
  expect(JSON.stringify(copyJson(value))).toBe('{"a":{"__proto__":{"b":1}}}');
});

function spoil(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const key of Object.keys(value)) {
    spoil((value as Record<string, unknown>)[key]);
    delete (value as Record<string, unknown>)[key];
  }
}
