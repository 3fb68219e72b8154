import { expect, test } from "vitest";
import { estimateBill } from "./bill.ts";

test("an idle cluster costs only the plan's fee", () => {
  expect(estimateBill({ nodes: 0, writes: 0, requests: 0 })).toBe(5);
  expect(estimateBill({ nodes: 10, writes: 0, requests: 0 })).toBe(5);
});

test("more frequent operations cost more", () => {
  const quiet = estimateBill({ nodes: 10, writes: 100_000, requests: 100_000 });
  expect(quiet).toBeGreaterThan(5);
  expect(estimateBill({ nodes: 10, writes: 1_000_000, requests: 100_000 })).toBeGreaterThan(quiet);
  expect(estimateBill({ nodes: 10, writes: 100_000, requests: 5_000_000 })).toBeGreaterThan(quiet);
});
