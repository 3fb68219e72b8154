import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Revision } from "../../api/store/store.ts";
import { SleepingLoop } from "./sleeping-loop.ts";

const MINUTE_MS = 60_000;

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

/** An object and its storage. `wake` gives the object anew, as after a sleep. */
function sleeping() {
  const kept = new Map<string, unknown>();
  const alarms: number[] = [];
  const runs: string[] = [];
  const store = { revision: 1 as Revision };
  const state = {
    id: { name: "default" },
    storage: {
      kv: { get: (key: string) => kept.get(key), put: (key: string, value: unknown) => void kept.set(key, value) },
      getAlarm: async () => null,
      setAlarm: async (at: number) => void alarms.push(at),
    },
    waitUntil: () => {},
  } as unknown as DurableObjectState;
  const wake = () =>
    new SleepingLoop(state, {
      start: (cluster, wakeAt) => ({
        run: async () => {
          runs.push(cluster);
          wakeAt(MINUTE_MS);
        },
        settledAt: store.revision,
        metrics: () => [{ name: "runs_total", help: "Runs.", type: "counter", lines: [[{}, 1]] }],
      }),
      revision: async () => store.revision,
    });
  return { wake, runs, alarms, store };
}

test("a tick does not wake a loop that went to sleep with nothing to do, until something is written", async () => {
  const { wake, runs, store } = sleeping();
  await wake().tick("default");
  await wake().tick("default");
  expect(runs).toEqual(["default"]);
  store.revision = 2 as Revision;
  await wake().tick("default");
  expect(runs).toEqual(["default", "default"]);
});

test("a tick runs a loop that is awake", async () => {
  const { wake, runs } = sleeping();
  const loop = wake();
  await loop.tick("default");
  await loop.tick("default");
  expect(runs).toEqual(["default", "default"]);
});

test("the alarm that a run has asked for runs the loop again, even after a sleep", async () => {
  const { wake, runs, alarms } = sleeping();
  await wake().run("default");
  expect(alarms).toEqual([MINUTE_MS]);
  await wake().ring();
  expect(runs).toEqual(["default", "default"]);
});

test("the metrics of a loop that sleeps are empty, and start nothing", async () => {
  const { wake, runs } = sleeping();
  const loop = wake();
  expect([await loop.metrics(), runs]).toEqual(["", []]);
  await loop.run("default");
  expect(await loop.metrics()).toContain("runs_total");
});
