import { expect, test } from "vitest";
import { backOffEnd, nextBackOff } from "./back-off.ts";

const HOUR = 3_600_000;

test("AGENT-BACKOFF: the back-off starts at 10 s, doubles with each failure, and is capped at 5 min", () => {
  let backOff = nextBackOff(undefined, 0, 0);
  const durations = [backOff.durationMs];
  for (let i = 0; i < 6; i++) {
    backOff = nextBackOff(backOff, i, i);
    durations.push(backOff.durationMs);
  }
  expect(durations).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
});

test("AGENT-BACKOFF: a clock that jumps by an hour in either direction delays no container", () => {
  const backOff = { durationMs: 10_000, lastFailure: HOUR };
  expect(backOffEnd(backOff, HOUR, HOUR + 1000)).toBe(HOUR + 10_000);
  expect(backOffEnd(backOff, HOUR, 2 * HOUR)).toBeUndefined();
  // The clock was set back: the failure is an hour ahead.
  expect(backOffEnd(backOff, HOUR, 1000)).toBeUndefined();
});
