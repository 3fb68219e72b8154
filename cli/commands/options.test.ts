import { expect, test } from "vitest";
import { parseSubjects } from "./options.ts";

test("additional subjects of a certificate are comma-separated names and addresses", () => {
  expect(parseSubjects("Plane.lan,203.0.113.7,fd00::1")).toEqual(["plane.lan", "203.0.113.7", "fd00::1"]);
  for (const wrong of ["", "plane.lan, cabin.lan", "https://plane.lan", "plane.lan:6443"])
    expect(() => parseSubjects(wrong), wrong).toThrow("is no name and no address");
});
