import { expect, test } from "vitest";
import { httpDate } from "./http-date.ts";

test("WIRE-DATE: the time of an answer is in whole seconds, whichever way the clock moves", () => {
  const at = (time: string) => httpDate(Date.parse(time));
  expect(at("2026-11-30T22:01:34.999Z")).toBe("Mon, 30 Nov 2026 22:01:34 GMT");
  expect(at("2026-11-30T22:01:35.000Z")).toBe("Mon, 30 Nov 2026 22:01:35 GMT");
  expect(at("2026-11-30T22:01:34.500Z")).toBe("Mon, 30 Nov 2026 22:01:34 GMT");
});
