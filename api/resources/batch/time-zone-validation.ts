import { type FieldError, invalidTyped } from "../../machinery/field-error.ts";
import { isTimeZone } from "../../machinery/time/time-zone.ts";

/**
 * A part of a zone's name, according to https://data.iana.org/time-zones/theory.html#naming, plus the digits in older
 * names.
 */
const PART = /^[A-Za-z.\-_0-9+]{1,14}$/;

export function checkTimeZone(errors: FieldError[], path: string, zone: string | undefined): void {
  if (zone === undefined) return;
  if (zone === "") {
    errors.push(invalidTyped(path, zone, "timeZone must be nil or non-empty string"));
    return;
  }
  const malformed = zone
    .split("/")
    .some((part) => part === "." || part === ".." || part.startsWith("-") || !PART.test(part));
  if (malformed) {
    errors.push(invalidTyped(path, zone, `unknown time zone ${zone}`));
    return;
  }
  if (zone.toLowerCase() === "local")
    errors.push(
      invalidTyped(path, zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"),
    );
  if (zone !== "Local" && !isTimeZone(zone)) errors.push(invalidTyped(path, zone, `unknown time zone ${zone}`));
}
