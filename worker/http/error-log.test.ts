import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { logFailure } from "./error-log.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("WIRE-FAILURES: sixty failed requests a minute are logged, and that there were more", () => {
  const lines: string[] = [];
  vi.spyOn(console, "error").mockImplementation((line: string) => void lines.push(line));
  const fail = () => logFailure({ path: `/${"x".repeat(10_000)}`, method: "GET", error: new Error("no") });
  for (let i = 0; i < 1000; i++) fail();
  expect(lines).toHaveLength(61);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "error", method: "GET", path: `/${"x".repeat(499)}` });
  expect(lines.at(-1)).toContain("more requests fail");
  vi.setSystemTime(Date.now() + 60_000);
  fail();
  expect(lines).toHaveLength(62);
});
