import { expect, test } from "vitest";
import { rowsInSight } from "./rows-in-sight.ts";

const of = (top: number, count: number) => rowsInSight({ top, height: 360, rowHeight: 36, count });

test("only a few dozen of ten thousand rows are rendered, at any scroll position", () => {
  for (const top of [0, 180_000, 359_640]) {
    const { from, to } = of(top, 10_000);
    expect(from * 36).toBeLessThanOrEqual(top);
    expect(to * 36).toBeGreaterThanOrEqual(Math.min(top + 360, 360_000));
    expect(to - from).toBeLessThanOrEqual(36);
  }
});

test("a list that has shrunk while scrolled still fills the view", () => {
  expect(of(300_000, 20)).toEqual({ from: 0, to: 20 });
});

test("an empty list renders nothing", () => {
  expect(of(0, 0)).toEqual({ from: 0, to: 0 });
});
