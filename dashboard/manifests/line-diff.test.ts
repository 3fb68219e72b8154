import fc from "fast-check";
import { expect, test } from "vitest";
import { diffLines, hunksOf } from "./line-diff.ts";

const signed = (before: string, after: string) => diffLines(before, after).map(({ sign, text }) => sign + text);

test("unchanged lines are kept, others removed and added", () => {
  expect(signed("a\nb\nc", "a\nx\nc")).toEqual([" a", "-b", "+x", " c"]);
  expect(signed("a\nc", "a\nb\nc")).toEqual([" a", "+b", " c"]);
  expect(signed("same", "same")).toEqual([" same"]);
});

const texts = fc
  .array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 12 })
  .map((lines) => lines.join("\n"));

test("both texts can be reconstructed from their diff", () => {
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      const diff = diffLines(before, after);
      const side = (sign: string) =>
        diff
          .filter((line) => line.sign === " " || line.sign === sign)
          .map(({ text }) => text)
          .join("\n");
      expect([side("-"), side("+")]).toEqual([before, after]);
    }),
  );
});

test("hunks contain every change once, with some context", () => {
  const before = Array.from({ length: 40 }, (_, i) => `line ${i}`);
  const after = before.with(5, "five").with(7, "seven").with(30, "thirty");
  const hunks = hunksOf(diffLines(before.join("\n"), after.join("\n")));
  expect(hunks.map((hunk) => hunk.map(({ sign }) => sign).join(""))).toEqual(["   -+ -+   ", "   -+   "]);
});
