import { describe, expect, it } from "vitest";
import { parseCronSpec } from "../../../api/resources/batch/cron-spec.ts";
import { nextMatch } from "./next-match.ts";
import { offsetsOf } from "./zone-clock.ts";

function next(schedule: string, after: string, timeZone?: string): string | undefined {
  const spec = parseCronSpec(schedule);
  if (typeof spec === "string" || !("fields" in spec)) throw new Error(`no fields: ${schedule}`);
  const time = nextMatch(spec.fields, offsetsOf(timeZone), Date.parse(after));
  return time === undefined ? undefined : new Date(time).toISOString().replace(":00.000Z", "Z");
}

describe("CTL-CRON-MATCH: the next time that a schedule matches", () => {
  it.each([
    ["10/15 * * * *", "2026-01-01T00:56:00Z", "2026-01-01T01:10Z"],
    ["*/90 * * * *", "2026-01-01T00:00:00Z", "2026-01-01T01:00Z"],
    ["1,,5 * * * *", "2026-01-01T00:01:00Z", "2026-01-01T00:05Z"],
    ["*-5 * * * *", "2026-01-01T00:10:30Z", "2026-01-01T00:11Z"],
    ["0 0 * feb/2 *", "2026-03-01T00:00:00Z", "2026-04-01T00:00Z"],
    ["0 0 * feb *", "2026-01-05T12:34:00Z", "2026-02-01T00:00Z"],
    ["0 0 1 3 *", "2026-01-31T23:59:00Z", "2026-03-01T00:00Z"],
    ["0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00Z"],
    ["0 0 31 2 *", "2026-01-01T00:00:00Z", undefined],
  ])("for %s after %s is %s", (schedule, after, is) => {
    expect(next(schedule, after)).toBe(is);
  });

  it.each([
    ["either of the days that are named", "0 0 13 * fri", "2026-01-10T00:00:00Z", "2026-01-13T00:00Z"],
    ["either of them, the weekday too", "0 0 13 * fri", "2026-01-13T00:00:00Z", "2026-01-16T00:00Z"],
    ["either day if the day of month is a step", "0 0 */10 * mon", "2026-01-10T00:00:00Z", "2026-01-11T00:00Z"],
    ["the weekday if the day of month is */1", "0 12 */1 * wed", "2026-01-01T00:00:00Z", "2026-01-07T12:00Z"],
    ["the weekday if the days of month include *", "0 0 *,5 * mon", "2026-01-01T00:00:00Z", "2026-01-05T00:00Z"],
    ["the day of month if the weekday is ?", "0 0 15 * ?", "2026-01-01T00:00:00Z", "2026-01-15T00:00Z"],
  ])("is on %s", (_, schedule, after, is) => {
    expect(next(schedule, after)).toBe(is);
  });

  it.each([
    ["does not come on a day without that hour", "30 2 * * *", "2026-03-29T00:00:00Z", "2026-03-30T00:30Z"],
    ["comes twice in an hour that comes twice", "30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-25T01:30Z"],
    ["is as far away as clocks say", "0 9 * * *", "2026-03-28T08:00:00Z", "2026-03-29T07:00Z"],
  ])("%s", (_, schedule, after, is) => {
    expect(next(schedule, after, "Europe/Berlin")).toBe(is);
  });

  it("is at midnight, whatever clocks did that day", () => {
    expect(next("0 0 30 3 *", "2026-03-28T00:07:00Z", "Europe/Berlin")).toBe("2026-03-29T22:00Z");
    expect(next("0 0 26 10 *", "2026-10-24T00:07:00Z", "Europe/Berlin")).toBe("2026-10-25T23:00Z");
    expect(next("0 0 5 4 *", "2026-04-03T00:07:00Z", "Australia/Lord_Howe")).toBe("2026-04-04T13:00Z");
    expect(next("0 0 6 4 *", "2026-04-03T00:07:00Z", "Australia/Lord_Howe")).toBe("2026-04-05T13:30Z");
    expect(next("0 0 5 10 *", "2026-10-03T00:07:00Z", "Australia/Lord_Howe")).toBe("2026-10-04T13:00Z");
  });

  it("is on the first day of a month, even if the month begins at one o'clock", () => {
    expect(next("30 1 1 5 *", "2026-01-01T00:00:00Z", "Africa/Cairo")).toBe("2026-04-30T22:30Z");
    expect(next("15 1 24 4 *", "2026-01-01T00:00:00Z", "Africa/Cairo")).toBe("2026-04-23T22:15Z");
  });
});
