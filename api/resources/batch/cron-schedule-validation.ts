import { type FieldError, invalid } from "../../machinery/field-error.ts";
import { parseCronSpec } from "./cron-spec.ts";

export function checkSchedule(errors: FieldError[], path: string, schedule: string): void {
  const spec = parseCronSpec(schedule);
  if (typeof spec === "string") errors.push(invalid(path, schedule, spec));
  if (schedule.includes("TZ"))
    errors.push(invalid(path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"));
}
