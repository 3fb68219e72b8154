import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WakeLoop } from "./wake-loop.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const loopOf = (step: (run: number) => Promise<void> | void) => {
  const runs: number[] = [];
  const errors: string[] = [];
  const loop = new WakeLoop({
    step: async () => {
      runs.push(Date.now());
      await step(runs.length);
    },
    onError: ({ message }) => void errors.push(message),
    longestSleepMs: 1000,
  });
  return { loop, runs, errors };
};

test("a loop runs once more if woken many times during a step", async () => {
  let release = () => {};
  const { loop, runs } = loopOf((run) => (run === 1 ? new Promise<void>((resolve) => (release = resolve)) : undefined));
  loop.wake();
  for (let i = 0; i < 5; i++) loop.wake();
  expect(runs.length).toBe(1);
  release();
  await vi.advanceTimersByTimeAsync(0);
  expect(runs.length).toBe(2);
  loop.stop();
});

test("a loop runs again at the earliest requested time, or else after the longest sleep", async () => {
  const { loop, runs } = loopOf((run) => {
    if (run > 1) return;
    loop.wakeIn(400);
    loop.wakeIn(200);
    loop.wakeIn(300);
  });
  loop.wake();
  await vi.advanceTimersByTimeAsync(199);
  expect(runs.length).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs.length).toBe(2);
  await vi.advanceTimersByTimeAsync(999);
  expect(runs.length).toBe(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs.length).toBe(3);
  loop.stop();
});

test("a loop reports a failed step and continues", async () => {
  const { loop, runs, errors } = loopOf((run) => (run === 1 ? Promise.reject(new Error("no")) : undefined));
  loop.wake();
  await vi.advanceTimersByTimeAsync(1000);
  expect([runs.length, errors]).toEqual([2, ["no"]]);
  loop.stop();
});

test("a stopped loop neither wakes nor runs", async () => {
  const { loop, runs } = loopOf(() => loop.stop());
  loop.wake();
  loop.wake();
  await vi.advanceTimersByTimeAsync(5000);
  expect(runs.length).toBe(1);
});

test("AGENT-CLOCK: a loop runs again when requested, even if the clock is set back meanwhile", async () => {
  const { loop, runs } = loopOf((run) => {
    if (run === 1) loop.wakeIn(400);
  });
  loop.wake();
  await vi.advanceTimersByTimeAsync(0);
  vi.setSystemTime(Date.now() - 3_600_000);
  loop.wakeIn(200);
  loop.wake();
  await vi.advanceTimersByTimeAsync(200);
  expect(runs.length).toBe(2);
  await vi.advanceTimersByTimeAsync(1000);
  expect(runs.length).toBe(3);
  loop.stop();
});
