import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { type Staged, Unstaging } from "./unstaging.ts";

const volume = (volumeHandle: string): Staged => ({
  driverName: "disk.example.com",
  volumeHandle,
  specVolID: `pv-${volumeHandle}`,
  block: false,
  attached: true,
});

/** The driver succeeds with a volume once `failures` of its calls have failed. */
function unstagingIn(directory: string, failures = 0) {
  const calls: string[] = [];
  const warnings: string[] = [];
  let left = failures;
  const unstaging = new Unstaging({
    directory,
    unstage: async (staged) => {
      calls.push(staged.volumeHandle);
      await undefined;
      if (left-- > 0) throw new Error("the driver is busy");
      unstaging.delete(staged);
    },
    log: { info: () => {}, warn: (message) => warnings.push(message) },
  });
  return { unstaging, calls, warnings };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());
const newDirectory = () => temporaryDirectory();

it("a volume is written down before its driver is called, and forgotten once the driver has unstaged it", async () => {
  const { unstaging, calls } = unstagingIn(newDirectory());
  unstaging.begin(volume("a"));
  expect(unstaging.has(volume("a"))).toBe(true);
  expect(unstaging.all).toEqual([volume("a")]);
  await vi.advanceTimersByTimeAsync(0);
  expect(calls).toEqual(["a"]);
  expect(unstaging.all).toEqual([]);
});

it("a driver that fails is called again after 0.5 s, 1 s, 2 s, …, and mentioned once", async () => {
  const { unstaging, calls, warnings } = unstagingIn(newDirectory(), 3);
  unstaging.begin(volume("a"));
  const attempts: number[] = [];
  for (const seconds of [0, 0.5, 1, 2, 4]) {
    await vi.advanceTimersByTimeAsync(seconds * 1000);
    attempts.push(calls.length);
  }
  expect(attempts).toEqual([1, 2, 3, 4, 4]);
  expect(warnings).toEqual(["volume pv-a cannot be unstaged, and is tried again: the driver is busy"]);
});

it("the delay stays at two minutes", async () => {
  const { unstaging, calls } = unstagingIn(newDirectory(), Number.POSITIVE_INFINITY);
  unstaging.begin(volume("a"));
  await vi.advanceTimersByTimeAsync(600_000);
  const before = calls.length;
  await vi.advanceTimersByTimeAsync(10 * 122_000);
  expect(calls.length - before).toBe(10);
  unstaging.close();
});

it("a volume that is begun again is retried by one timer, from the shortest delay on", async () => {
  const { unstaging, calls } = unstagingIn(newDirectory(), 7);
  unstaging.begin(volume("a"));
  await vi.advanceTimersByTimeAsync(3500);
  expect(calls).toHaveLength(4);
  unstaging.begin(volume("a"));
  await vi.advanceTimersByTimeAsync(499);
  expect(calls).toHaveLength(5);
  await vi.advanceTimersByTimeAsync(1);
  expect(calls).toHaveLength(6);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(calls).toHaveLength(8);
});

it("a later agent continues with what is left; one that has been closed calls nobody", async () => {
  const directory = newDirectory();
  const first = unstagingIn(directory, Number.POSITIVE_INFINITY);
  first.unstaging.begin(volume("a"));
  first.unstaging.begin(volume("b"));
  await vi.advanceTimersByTimeAsync(0);
  first.unstaging.close();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(first.calls).toEqual(["a", "b"]);
  const next = unstagingIn(directory);
  next.unstaging.open();
  await vi.advanceTimersByTimeAsync(0);
  expect(next.calls.toSorted()).toEqual(["a", "b"]);
  expect(next.unstaging.all).toEqual([]);
});

it("a record that a crash of the machine left empty does not keep the agent from the others", async () => {
  const directory = newDirectory();
  const first = unstagingIn(directory, Number.POSITIVE_INFINITY);
  first.unstaging.begin(volume("a"));
  first.unstaging.close();
  writeFileSync(join(directory, "broken.json"), "");
  const next = unstagingIn(directory);
  next.unstaging.open();
  await vi.advanceTimersByTimeAsync(0);
  expect(next.calls).toEqual(["a"]);
});
