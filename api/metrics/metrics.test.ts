import { expect, test } from "vitest";
import { counter, gauge, histogram, renderFamilies } from "./exposition.ts";
import { exponentialBounds, Histogram } from "./histogram.ts";

const of = (...values: number[]) => {
  const all = new Histogram([1, 2, 4]);
  for (const value of values) all.observe(value);
  return all;
};

test("a histogram counts each value in the first bucket that it fits into, and in all after that", () => {
  expect(of(0.5, 1, 1.5, 4, 9)).toMatchObject({ counts: [2, 3, 4, 5], sum: 16 });
  expect(of().counts).toEqual([0, 0, 0, 0]);
});

test("histograms with the same bounds are added, and may drop their shortest bounds", () => {
  const all = of(0.5, 3);
  all.add(of(1.5, 9));
  expect(all).toMatchObject({ counts: [1, 2, 3, 4], sum: 14 });
  expect(all.from(2)).toMatchObject({ bounds: [2, 4], counts: [2, 3, 4], sum: 14 });
});

test("exponential bounds grow by a factor", () => {
  expect(exponentialBounds(1, 2, 4)).toEqual([1, 2, 4, 8]);
});

test("families are rendered in the text format, with labels escaped, and left out if empty", () => {
  const text = renderFamilies([
    gauge("size", "How large.", [[{}, 3]]),
    counter("none", "Nothing.", []),
    counter("said_total", "What was said.", [[{ who: 'a "b"\n\\c' }, 1]]),
    histogram("took_seconds", "How long.", [[{ what: "x" }, of(0.1, 0.2)]]),
  ]);
  expect(text.split("\n")).toEqual([
    "# HELP size How large.",
    "# TYPE size gauge",
    "size 3",
    "# HELP said_total What was said.",
    "# TYPE said_total counter",
    String.raw`said_total{who="a \"b\"\n\\c"} 1`,
    "# HELP took_seconds How long.",
    "# TYPE took_seconds histogram",
    'took_seconds_bucket{what="x",le="1"} 2',
    'took_seconds_bucket{what="x",le="2"} 2',
    'took_seconds_bucket{what="x",le="4"} 2',
    'took_seconds_bucket{what="x",le="+Inf"} 2',
    'took_seconds_sum{what="x"} 0.3',
    'took_seconds_count{what="x"} 2',
    "",
  ]);
});

test("a family measured earlier says when", () => {
  expect(renderFamilies([gauge("size", "How large.", [[{}, 3]])], 5000)).toContain("\nsize 3 5000\n");
});
