import { expect, test } from "vitest";
import { RecentValues } from "./recent-values.ts";

const lengths = (budget: number) => new RecentValues<string>(budget, (value) => value.length);

test("values in use stay cached, others are evicted", () => {
  const values = lengths(100);
  values.set("hot", "x");
  values.set("cold", "x");
  for (let i = 0; i < 30; i++) {
    values.set(`n${i}`, "x".repeat(10));
    expect(values.get("hot")).toBe("x");
  }
  expect(values.get("cold")).toBeUndefined();
  expect(values.get("n0")).toBeUndefined();
  expect(values.get("n29")).toBeDefined();
});

test("the newest value hides those of earlier generations, and a deletion applies to all generations", () => {
  const values = lengths(20);
  values.set("a", "first");
  values.set("b", "y".repeat(10));
  values.set("a", "second");
  expect(values.get("a")).toBe("second");
  values.delete("a");
  expect(values.get("a")).toBeUndefined();
  values.delete("b");
  expect(values.get("b")).toBeUndefined();
});

test("created and deleted keys leave no more than the budget behind", () => {
  const values = lengths(1000);
  let kept = 0;
  for (let i = 0; i < 1000; i++) values.set(`n${i}`, "x".repeat(100));
  for (let i = 0; i < 1000; i++) if (values.get(`n${i}`) !== undefined) kept += 100;
  expect(kept).toBeGreaterThanOrEqual(500);
  expect(kept).toBeLessThanOrEqual(1200);
});
