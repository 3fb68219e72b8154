import { describe, expect, it } from "vitest";
import { type LogLine, LogPosition, mergedLines } from "./log-lines.ts";

const stamp = (seconds: string) => `2026-11-29T10:00:${seconds}Z`;
const textsOf = (lines: readonly LogLine[]) => lines.map(({ text }) => text);

describe("a log that is resumed", () => {
  it("distinguishes repeated lines of the last second from new ones", () => {
    const position = new LogPosition("");
    position.take([`${stamp("01.000000001")} a`, `${stamp("01.000000002")} b`, `${stamp("01.000000002")} c`]);
    expect(position.since).toBe(stamp("01.000000002"));
    position.resume();
    const again = [
      `${stamp("01.000000001")} a`,
      `${stamp("01.000000002")} b`,
      `${stamp("01.000000002")} c`,
      `${stamp("01.000000002")} d`,
      `${stamp("01.000000001")} late, but new`,
    ];
    expect(textsOf(position.take(again))).toEqual(["d", "late, but new"]);
  });

  it("starts from the beginning if nothing was read or kept", () => {
    const position = new LogPosition("");
    expect(position.since).toBe("");
    position.resume();
    expect(textsOf(position.take([`${stamp("01.000000000")} a`]))).toEqual(["a"]);
    position.resume();
    expect(textsOf(position.take([`${stamp("09.000000000")} b`]))).toEqual(["b"]);
  });

  it("keeps a line without a timestamp in place, and strips control sequences", () => {
    const lines = new LogPosition("web").take([`${stamp("01.5")} \u001b[31mred\u001b[0m`, "no time", ""]);
    expect(lines.map(({ at, label, text }) => [at, label, text])).toEqual([
      [Date.parse(stamp("01.5")), "web", "red"],
      [Date.parse(stamp("01.5")), "web", "no time"],
      [Date.parse(stamp("01.5")), "web", ""],
    ]);
  });
});

describe("several merged logs", () => {
  const line = (at: number, text: string): LogLine => ({ time: "", at, label: "", text });

  it("are ordered by time, and by arrival if equal", () => {
    const kept = [line(1, "a"), line(3, "c")];
    expect(textsOf(mergedLines(kept, [line(2, "b"), line(3, "d"), line(4, "e")], 10))).toEqual([..."abcde"]);
  });

  it("drop the oldest lines first", () => {
    expect(textsOf(mergedLines([line(2, "b"), line(3, "c")], [line(1, "a")], 2))).toEqual(["b", "c"]);
  });
});
