import { expect, test } from "vitest";
import { applyDefaults } from "./defaults.ts";
import type { Schema } from "./json-walk.ts";

test("CRD-DEFAULT-ROOM: a short body gets a bounded number of defaults", () => {
  const lot = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, { n: 12345678901234567890n }]));
  const free = { type: "object", "x-kubernetes-preserve-unknown-fields": true, default: lot };
  const schema: Schema = {
    type: "object",
    additionalProperties: { type: "object", properties: { free, text: { type: "string", default: "d" } } },
  };
  const few: Record<string, { free?: object; text?: string }> = { a: {}, b: {} };
  expect(applyDefaults(few, schema)).toBe(true);
  expect(few).toEqual({ a: { free: lot, text: "d" }, b: { free: lot, text: "d" } });
  const many: typeof few = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`m${i}`, {}]));
  expect(applyDefaults(many, schema)).toBe(false);
  expect(Object.values(many).filter(({ free }) => free).length).toBeLessThan(100);
});
