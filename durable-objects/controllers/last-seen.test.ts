import { expect, test, vi } from "vitest";
import { rarelyRead } from "./last-seen.ts";

test("the hub is asked every ten seconds at most, and its last answer holds while it fails", async () => {
  const clock = { now: 0 };
  const read = vi.fn(async () => () => 1);
  const errors: unknown[] = [];
  const lastSeen = rarelyRead({ read, now: () => clock.now, onError: (error) => errors.push(error) });
  const ask = async (now: number) => {
    clock.now = now;
    return (await lastSeen())("node");
  };
  read.mockRejectedValueOnce(new Error("away"));
  expect(await ask(0)).toBeUndefined();
  expect(await ask(9999)).toBeUndefined();
  expect(await ask(10_000)).toBe(1);
  read.mockRejectedValueOnce(new Error("away"));
  expect(await ask(20_000)).toBe(1);
  expect([read.mock.calls.length, errors.length]).toEqual([3, 2]);
});
