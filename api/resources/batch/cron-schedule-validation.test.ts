import { expect, test } from "vitest";
import type { FieldError } from "../../machinery/field-error.ts";
import { checkSchedule } from "./cron-schedule-validation.ts";

const problemOf = (schedule: string): string | undefined => {
  const errors: FieldError[] = [];
  checkSchedule(errors, "spec.schedule", schedule);
  return errors[0]?.message.replace(/^Invalid value: "(?:[^"\\]|\\.)*": /, "");
};

test.each(["* * * * *", "*/5 0-23/2 1,15 jan-mar mon", "0 0 1 1 ?", "@daily", "@every 1h30m", "5/10 * * * *"])(
  "%s is a valid schedule",
  (schedule) => {
    expect(problemOf(schedule)).toBeUndefined();
  },
);

test.each([
  ["* * * *", "expected exactly 5 fields, found 4: [* * * *]"],
  ["60 * * * *", "end of range (60) above maximum (59): 60"],
  ["* * 0 * *", "beginning of range (0) below minimum (1): 0"],
  ["30-10 * * * *", "beginning of range (30) beyond end of range (10): 30-10"],
  ["*/0 * * * *", "step of range should be a positive number: */0"],
  ["x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
  ["1/2/3 * * * *", "too many slashes: 1/2/3"],
  ["@sometimes", "unrecognized descriptor: @sometimes"],
  ["@every day", 'failed to parse duration @every day: time: invalid duration "day"'],
  ["@every 1x", 'failed to parse duration @every 1x: time: unknown unit "x" in duration "1x"'],
  ["TZ=No/Where 0 * * * *", "provided bad location No/Where: unknown time zone No/Where"],
  ["CRON_TZ=UTC", "invalid schedule format: runtime error: slice bounds out of range [:-1]"],
  ["TZ=UTC 0 * * * *", "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"],
])("%s is refused: %s", (schedule, problem) => {
  expect(problemOf(schedule)).toBe(problem);
});
