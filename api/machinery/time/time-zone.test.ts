import { expect, test } from "vitest";
import { isTimeZone } from "./time-zone.ts";

test.each([
  "UTC",
  "GB-Eire",
  "Europe/Berlin",
  "America/Port-au-Prince",
  "America/Argentina/Buenos_Aires",
  "Etc/GMT+1",
  "US/Central",
])("%s is a valid time zone", (name) => {
  expect(isTimeZone(name)).toBe(true);
});

test.each([
  "utc",
  "Utc",
  "Local",
  "europe/berlin",
  "Europe/berlin",
  "EUROPE/BERLIN",
  "Europe/Nowhere",
  "+01:00",
  "Europe/",
])("%s is invalid", (name) => {
  expect(isTimeZone(name)).toBe(false);
});

test("every time zone listed by the platform is valid", () => {
  expect(Intl.supportedValuesOf("timeZone").filter((name) => !isTimeZone(name))).toEqual([]);
});
