import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Revision } from "../../../api/store/store.ts";
import { commitNotifier, DEFERRED_SPACING_MS, GRACE_MS, type Listener, SPACING_MS } from "./commit-notifier.ts";

const revision = (number: number) => number as Revision;
const turns = {
  now: () => Date.now(),
  after: (milliseconds: number, run: () => void) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};
const grown = (listeners: Listener[]) => {
  const committed = commitNotifier(listeners, turns);
  return (of: number, ...resources: string[]) => committed(revision(of), new Set(resources));
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("STORE-NOTIFY: at most one notification is in flight, and everything meanwhile becomes one more, with the newest revision", async () => {
  const seen: number[] = [];
  let release = () => {};
  const commit = grown([
    (of) => {
      seen.push(of);
      return new Promise<undefined>((resolve) => {
        release = () => resolve(undefined);
      });
    },
  ]);
  commit(2, "pods");
  await vi.advanceTimersByTimeAsync(GRACE_MS);
  for (const of of [3, 4]) commit(of, "pods");
  await vi.advanceTimersByTimeAsync(10 * SPACING_MS);
  expect(seen).toEqual([2]);
  release();
  await vi.advanceTimersByTimeAsync(1);
  expect(seen).toEqual([2, 4]);
});

test("STORE-NOTIFY: notifications of a listener keep a minimum interval, and the last is never dropped", async () => {
  const seen: number[] = [];
  const commit = grown([
    async (of) => {
      seen.push(of);
      return undefined;
    },
  ]);
  commit(2, "pods");
  await vi.advanceTimersByTimeAsync(GRACE_MS + 1);
  commit(3, "pods");
  await vi.advanceTimersByTimeAsync(SPACING_MS - 2);
  expect(seen).toEqual([2]);
  await vi.advanceTimersByTimeAsync(2);
  expect(seen).toEqual([2, 3]);
});

test("STORE-NOTIFY: the writer is answered before any listener is notified", async () => {
  const seen: number[] = [];
  const commit = grown([
    async (of) => {
      seen.push(of);
      return undefined;
    },
  ]);
  for (const of of [2, 3]) {
    commit(of, "pods");
    await vi.advanceTimersByTimeAsync(GRACE_MS - 1);
    expect(seen).not.toContain(of);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen).toContain(of);
    await vi.advanceTimersByTimeAsync(2 * SPACING_MS);
  }
});

test("STORE-SUBSCRIBE: a listener that declares what it reads is notified of nothing else", async () => {
  const seen: number[] = [];
  const commit = grown([
    async (of) => {
      seen.push(of);
      return { prompt: ["pods", "nodes"], deferred: [] };
    },
  ]);
  commit(2, "configmaps");
  await vi.advanceTimersByTimeAsync(2 * SPACING_MS);
  commit(3, "configmaps");
  commit(4, "configmaps", "nodes");
  await vi.advanceTimersByTimeAsync(2 * SPACING_MS);
  expect(seen).toEqual([2, 4]);
});

test("STORE-SUBSCRIBE: deferrable changes are notified of after a delay, or with the next other notification", async () => {
  const seen: number[] = [];
  const commit = grown([
    async (of) => {
      seen.push(of);
      return { prompt: ["pods"], deferred: "everything" };
    },
  ]);
  commit(2, "configmaps");
  await vi.advanceTimersByTimeAsync(2 * SPACING_MS);
  commit(3, "configmaps");
  commit(4, "configmaps");
  await vi.advanceTimersByTimeAsync(DEFERRED_SPACING_MS - 3 * SPACING_MS);
  expect(seen).toEqual([2]);
  await vi.advanceTimersByTimeAsync(SPACING_MS + GRACE_MS);
  expect(seen).toEqual([2, 4]);
  commit(5, "configmaps");
  commit(6, "pods");
  await vi.advanceTimersByTimeAsync(SPACING_MS);
  expect(seen).toEqual([2, 4, 6]);
  await vi.advanceTimersByTimeAsync(2 * DEFERRED_SPACING_MS);
  expect(seen).toEqual([2, 4, 6]);
});

test("STORE-NOTIFY: a failing listener is notified again by the next commit, and does not delay others", async () => {
  const seen: number[] = [];
  const commit = grown([
    () => Promise.reject(new Error("gone")),
    async (of) => {
      seen.push(of);
      return undefined;
    },
  ]);
  commit(2, "pods");
  await vi.advanceTimersByTimeAsync(2 * SPACING_MS);
  commit(3, "pods");
  await vi.advanceTimersByTimeAsync(2 * SPACING_MS);
  expect(seen).toEqual([2, 3]);
});

test("STORE-SUBSCRIBE: a listener that asks for a longer interval gets it from the first answer on", async () => {
  const seen: number[] = [];
  const commit = grown([
    async (of) => {
      seen.push(of);
      return { prompt: ["pods"], deferred: [], grace: 4 * GRACE_MS };
    },
  ]);
  commit(2, "pods");
  await vi.advanceTimersByTimeAsync(GRACE_MS);
  expect(seen).toEqual([2]);
  await vi.advanceTimersByTimeAsync(10 * SPACING_MS);
  commit(3, "pods");
  await vi.advanceTimersByTimeAsync(4 * GRACE_MS - 1);
  expect(seen).toEqual([2]);
  await vi.advanceTimersByTimeAsync(1);
  expect(seen).toEqual([2, 3]);
});
