import { describe, expect, test } from "vitest";
import { zonedTimeText } from "./time.ts";

describe("CTL-CRON-ZONE: a scheduled time is written in the schedule's time zone", () => {
  test.each([
    ["2026-01-01T00:00:00Z", undefined, "2026-01-01T00:00:00Z"],
    ["2026-01-01T00:00:00Z", "Etc/UTC", "2026-01-01T00:00:00Z"],
    ["2026-01-01T00:00:00Z", "Asia/Tokyo", "2026-01-01T09:00:00+09:00"],
    ["2026-01-01T00:00:00Z", "America/St_Johns", "2025-12-31T20:30:00-03:30"],
    ["2026-07-01T00:00:00Z", "Europe/Berlin", "2026-07-01T02:00:00+02:00"],
    ["2026-07-01T00:00:00Z", "No/Such", "2026-07-01T00:00:00Z"],
  ])("%s in %s", (time, zone, text) => {
    expect(zonedTimeText(Date.parse(time), zone)).toBe(text);
  });
});
