import { expect, test } from "vitest";
import { matchingBlocks } from "./matching-blocks.ts";

const blocks = (old: string, next: string) =>
  matchingBlocks([...old], [...next]).map((block) => [block.old, block.next, block.length]);

test("the longest equal part counts first, even if shorter ones together are longer", () => {
  expect(blocks("abxcd", "abcd")).toEqual([
    [0, 0, 2],
    [3, 2, 2],
  ]);
  expect(blocks("a1b2cdefg3", "cdefga1b2")).toEqual([[4, 0, 5]]);
});

test("of equally long parts the first counts", () => {
  expect(blocks("qabxcd", "abycdf")).toEqual([
    [1, 0, 2],
    [4, 3, 2],
  ]);
  expect(blocks("ab", "abab")).toEqual([[0, 0, 2]]);
});

test("from 200 lines on, frequent lines only extend a part that others begin", () => {
  const filler = (count: number) => Array.from({ length: count }, (_, i) => `line ${i}`);
  const braces = Array.from({ length: 4 }, () => "}");
  expect(matchingBlocks(["}", "a", "}"], [...filler(50), "}", "}", "}", "}", "a"])).toEqual([
    { old: 0, next: 53, length: 2 },
  ]);
  expect(matchingBlocks(["x", "}"], [...filler(200), ...braces])).toEqual([]);
  expect(matchingBlocks(["a", "}"], [...filler(200), ...braces, "a", "}"])).toEqual([{ old: 0, next: 204, length: 2 }]);
});
