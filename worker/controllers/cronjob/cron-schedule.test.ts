import { describe, expect, it } from "vitest";
import { dueTimes } from "./cron-schedule.ts";

const at = (text: string) => Date.parse(text);
const text = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString());

describe("cron schedule", () => {
  it.each([
    [
      "* * * * *",
      undefined,
      "2026-01-01T00:00:30Z",
      "2026-01-01T00:02:10Z",
      "2026-01-01T00:02:00.000Z",
      "2026-01-01T00:03:00.000Z",
    ],
    ["0 0 1 1 *", undefined, "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", undefined, "2027-01-01T00:00:00.000Z"],
    [
      "0 9 * * *",
      "Europe/Berlin",
      "2026-07-01T00:00:00Z",
      "2026-07-01T08:00:00Z",
      "2026-07-01T07:00:00.000Z",
      "2026-07-02T07:00:00.000Z",
    ],
    ["@hourly", undefined, "2026-01-01T00:10:00Z", "2026-01-01T00:20:00Z", undefined, "2026-01-01T01:00:00.000Z"],
    [
      "@every 90s",
      undefined,
      "2026-01-01T00:00:00Z",
      "2026-01-01T00:02:00Z",
      "2026-01-01T00:01:30.000Z",
      "2026-01-01T00:03:00.000Z",
    ],
    ["@every 90s", undefined, "2026-01-01T00:00:00Z", "2026-01-01T00:01:29Z", undefined, "2026-01-01T00:01:30.000Z"],
    [
      "TZ=Asia/Tokyo 0 9 * * *",
      "Europe/Berlin",
      "2026-07-01T12:00:00Z",
      "2026-07-02T00:00:00Z",
      "2026-07-02T00:00:00.000Z",
      "2026-07-03T00:00:00.000Z",
    ],
    ["0 0 31 2 *", undefined, "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", undefined, undefined],
  ])("%s in %s", (schedule, zone, after, now, latest, next) => {
    const due = dueTimes(schedule, zone, { after: at(after), now: at(now) });
    expect([text(due?.latest), text(due?.next)]).toEqual([latest, next]);
  });

  it("reports too many missed starts, and still finds the last one", () => {
    const due = dueTimes("* * * * *", undefined, {
      after: at("2026-01-01T00:00:00Z"),
      now: at("2026-01-02T00:00:30Z"),
    });
    expect(due?.missedMany).toBe(true);
    expect(text(due?.latest)).toBe("2026-01-02T00:00:00.000Z");
  });

  it.each([
    ["* * * * *", "2026-01-01T01:40:59Z", false, "2026-01-01T01:40:00.000Z", "2026-01-01T01:41:00.000Z"],
    ["* * * * *", "2026-01-01T01:41:00Z", true, "2026-01-01T01:41:00.000Z", "2026-01-01T01:42:00.000Z"],
    ["@every 1m", "2026-01-01T01:40:00Z", false, "2026-01-01T01:40:00.000Z", "2026-01-01T01:41:00.000Z"],
    ["@every 1m", "2026-01-01T01:41:00Z", true, "2026-01-01T01:41:00.000Z", "2026-01-01T01:42:00.000Z"],
    ["0-5 10 * * *", "2026-03-01T10:14:00Z", true, "2026-03-01T10:05:00.000Z", "2026-03-02T10:00:00.000Z"],
    ["0-5 10 * * *", "2026-03-01T10:03:00Z", true, "2026-03-01T10:03:00.000Z", "2026-03-01T10:04:00.000Z"],
    ["0 0-23 1 1 *", "2026-12-31T00:00:00Z", false, "2026-01-01T23:00:00.000Z", "2027-01-01T00:00:00.000Z"],
    ["0 0-23 1-6 1 *", "2026-12-31T00:00:00Z", true, "2026-01-06T23:00:00.000Z", "2027-01-01T00:00:00.000Z"],
  ])(
    "of more than a hundred times of %s until %s that were missed the last counts",
    (schedule, now, many, latest, next) => {
      const due = dueTimes(schedule, undefined, { after: at("2026-01-01T00:00:00Z"), now: at(now) });
      expect([due?.missedMany, text(due?.latest), text(due?.next)]).toEqual([many, latest, next]);
    },
  );

  it("counts @every intervals from their start, however many were missed", () => {
    const due = dueTimes("@every 90m", undefined, {
      after: at("2026-01-01T00:00:07Z"),
      now: at("2026-03-01T00:00:00Z"),
    });
    expect(due?.missedMany).toBe(true);
    expect([text(due?.latest), text(due?.next)]).toEqual(["2026-02-28T22:30:07.000Z", "2026-03-01T00:00:07.000Z"]);
  });

  it("returns nothing for an invalid schedule", () => {
    expect(dueTimes("not a schedule", undefined, { after: 0, now: 1 })).toBeUndefined();
  });
});
