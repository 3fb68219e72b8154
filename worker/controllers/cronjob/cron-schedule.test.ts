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
