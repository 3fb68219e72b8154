import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { steadyNow } from "../steady-now.ts";
import { Republishing } from "./republishing.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

test("AGENT-CSI-REPUBLISH: a volume is republished a minute after the last attempt, whether or not it succeeded", () => {
  const times = new Republishing();
  expect(times.isDue("/v")).toBe(true);
  times.begin("uid", "/v");
  expect(times.isDue("/v")).toBe(false);
  vi.advanceTimersByTime(59_999);
  expect(times.isDue("/v")).toBe(false);
  vi.advanceTimersByTime(1);
  expect(times.isDue("/v")).toBe(true);
});

test("AGENT-CLOCK: changing the clock neither delays nor hastens republishing", () => {
  const times = new Republishing();
  times.begin("uid", "/v");
  vi.setSystemTime(Date.now() + 3_600_000);
  expect(times.isDue("/v")).toBe(false);
  vi.setSystemTime(Date.now() - 7_200_000);
  vi.advanceTimersByTime(60_000);
  expect(times.isDue("/v")).toBe(true);
});

test("a pod's next republishing is that of its earliest volume, ignoring forgotten ones", () => {
  const times = new Republishing();
  const first = steadyNow() + 60_000;
  times.begin("uid", "/v");
  vi.advanceTimersByTime(1000);
  times.begin("uid", "/w");
  times.begin("other", "/x");
  expect(times.nextOf("uid")).toBe(first);
  times.delete("/v");
  expect(times.nextOf("uid")).toBe(first + 1000);
  times.delete("/w");
  expect(times.nextOf("uid")).toBeUndefined();
});
