import { expect, test } from "vitest";
import { LineSplitter } from "./line-splitter.ts";

test("lines are complete however the text is split, even within a multi-byte character", () => {
  const text = "one\n\nzwölf € \u2028 😀\nthe rest";
  for (let size = 1; size < 8; size++) {
    const bytes = new TextEncoder().encode(text);
    const splitter = new LineSplitter(new TextDecoder());
    const lines: string[] = [];
    for (let at = 0; at < bytes.length; at += size) lines.push(...splitter.push(bytes.subarray(at, at + size)));
    expect([...lines, splitter.rest]).toEqual(text.split("\n"));
  }
});
