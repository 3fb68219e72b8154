import { describe, expect, it } from "vitest";
import { durationProblem, formatDuration, humanDuration, parseDuration } from "./duration.ts";

describe("durations", () => {
  it.each([
    ["1h15m30.5s", 4_530_500],
    ["300ms", 300],
    ["-1.5h", -5_400_000],
    ["0", 0],
    ["5", undefined],
    ["", undefined],
    ["1d", undefined],
    ["1.h", 3_600_000],
    ["1..5h", undefined],
  ])("reads %j", (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

  it("rejects a text in the time that it takes to read it", () => {
    for (const [text, problem] of [
      [`${"1".repeat(500_000)}x`, 'unknown unit "x"'],
      ["1".repeat(500_000), "missing unit"],
      [`${"1h".repeat(250_000)}5`, "missing unit"],
    ] as const) {
      expect(parseDuration(text)).toBeUndefined();
      expect(durationProblem(text).slice(0, 100)).toContain(problem);
    }
  });

  it.each([
    ["invalid", 'time: invalid duration "invalid"'],
    ["", 'time: invalid duration ""'],
    ["-", 'time: invalid duration "-"'],
    ["5", 'time: missing unit in duration "5"'],
    ["1h5", 'time: missing unit in duration "1h5"'],
    ["1d", 'time: unknown unit "d" in duration "1d"'],
    ["1h2hx", 'time: unknown unit "hx" in duration "1h2hx"'],
    ["1h.", 'time: invalid duration "1h."'],
  ])("reports the same error for %j as Go", (text, problem) => expect(durationProblem(text)).toBe(problem));

  it.each([
    [3_600_000, "1h0m0s"],
    [1500, "1.5s"],
    [250, "250ms"],
    [0, "0s"],
    [0.662232999995, "662.233µs"],
    [2.7359600001, "2.73596ms"],
    [999.99999999, "1s"],
  ])("prints %d", (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));

  it.each([
    [0, "0s"],
    [119_000, "119s"],
    [120_000, "2m"],
    [200_000, "3m20s"],
    [3_600_000, "60m"],
    [11_000_000, "3h3m"],
    [100_000_000, "27h"],
    [200_000_000, "2d7h"],
    [900_000_000, "10d"],
    [70_000_000_000, "2y80d"],
    [300_000_000_000, "9y"],
  ])("prints the age %d", (milliseconds, text) => expect(humanDuration(milliseconds)).toBe(text));
});
