import { expect, test } from "vitest";
import { rowsInSight } from "./rows-in-sight.ts";

const of = (top: number, count: number) => rowsInSight({ top, height: 360, rowHeight: 36, count });

test("of ten thousand rows a few dozen are drawn, wherever one is", () => {
  for (const top of [0, 180_000, 359_640]) {
    const { from, to } = of(top, 10_000);
    expect(from * 36).toBeLessThanOrEqual(top);
    expect(to * 36).toBeGreaterThanOrEqual(Math.min(top + 360, 360_000));
    expect(to - from).toBeLessThanOrEqual(36);
  }
});

test("a list that shrank under the reader still fills the sight", () => {
  expect(of(300_000, 20)).toEqual({ from: 0, to: 20 });
});

test("nothing is drawn of nothing", () => {
  expect(of(0, 0)).toEqual({ from: 0, to: 0 });
});
