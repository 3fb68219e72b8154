import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LoopAlarm } from "./loop-alarm.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const DAY = 24 * 60 * 60 * 1000;

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

function alarmOf() {
  const alarms: number[] = [];
  const runs: string[] = [];
  const state = {
    id: { name: "default" },
    storage: { getAlarm: async () => null, setAlarm: async (at: number) => void alarms.push(at) },
    waitUntil: () => {},
  } as unknown as DurableObjectState;
  return { alarm: new LoopAlarm(state, async (cluster) => void runs.push(cluster)), alarms, runs };
}

test("a wake-up that is due soon uses a timer instead of an alarm", async () => {
  const { alarm, alarms, runs } = alarmOf();
  alarm.wakeAt("a", NOW + 1000);
  await vi.advanceTimersByTimeAsync(1000);
  expect([runs, alarms]).toEqual([["a"], []]);
});

test("an earlier wake-up replaces the alarm, a later one does not", () => {
  const { alarm, alarms } = alarmOf();
  for (const days of [2, 3, 1]) alarm.wakeAt("a", NOW + days * DAY);
  expect(alarms).toEqual([NOW + 2 * DAY, NOW + DAY]);
});

test("a wake-up in a thousand years is set as an alarm in one year, and set again then", async () => {
  const { alarm, alarms, runs } = alarmOf();
  alarm.wakeAt("a", NOW + 365_000 * DAY);
  expect(alarms).toEqual([NOW + 365 * DAY]);
  vi.setSystemTime(NOW + 365 * DAY);
  await alarm.ring();
  alarm.wakeAt("a", NOW + 365_000 * DAY);
  expect([runs, alarms[1]]).toEqual([["default"], NOW + 730 * DAY]);
});
