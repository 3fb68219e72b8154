import { expect, test } from "vitest";
import { inCpuTime } from "../test/cpu-time.ts";
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

test(
  "a long line in many pieces costs no more than its length",
  inCpuTime(5000, () => {
    const splitter = new LineSplitter(new TextDecoder());
    const piece = new TextEncoder().encode("x".repeat(1024));
    for (let i = 0; i < 16_384; i++) splitter.push(piece);
    const [line] = splitter.push(new TextEncoder().encode("\n"));
    expect(line?.length).toBe(16 * 1024 * 1024);
    // 130 GB would be read if each piece were searched with all those before it.
  }),
);
