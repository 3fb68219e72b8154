import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { WatchRequest } from "../../../api/store/store.ts";
import { watchingThings, writeThing } from "../../../test/fakes/things.ts";
import { MemoryStore } from "../memory-store.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SECOND = 1000;
const request: WatchRequest = { ...watchingThings, timeoutSeconds: 3600 };

async function open(store: MemoryStore, of: Partial<WatchRequest> = {}) {
  const answer = await store.watch({ ...request, ...of });
  if (!answer.ok) throw new Error(answer.reason);
  await vi.advanceTimersByTimeAsync(10);
  return answer.stream.getReader();
}

async function write(...of: Parameters<typeof writeThing>): Promise<void> {
  await writeThing(...of);
  await vi.advanceTimersByTimeAsync(10);
}

const textOf = ({ value }: { value?: Uint8Array | undefined }) => new TextDecoder().decode(value);

test("WATCH-HEARTBEAT: an idle stream gets a space and no newline after 20 seconds; a busy one gets none", async () => {
  const store = new MemoryStore();
  const reader = await open(store);
  await vi.advanceTimersByTimeAsync(15 * SECOND);
  await write(store, "a");
  expect(textOf(await reader.read())).toContain('"name":"a"');
  await vi.advanceTimersByTimeAsync(15 * SECOND);
  const next = reader.read();
  await vi.advanceTimersByTimeAsync(6 * SECOND);
  expect(textOf(await next)).toBe(" ");
});

test("WATCH-END: the stream ends cleanly when its timeout is reached", async () => {
  const reader = await open(new MemoryStore(), { timeoutSeconds: 5 });
  const next = reader.read();
  await vi.advanceTimersByTimeAsync(6 * SECOND);
  expect((await next).done).toBe(true);
});

test("WATCH-END: events queued at the timeout can still be read, and the watch counts until they are", async () => {
  const store = new MemoryStore();
  const reader = await open(store, { timeoutSeconds: 5 });
  for (const name of ["a", "b"]) await write(store, name);
  await vi.advanceTimersByTimeAsync(10 * SECOND);
  await write(store, "too late");
  expect(store.watches).toBe(1);
  expect(textOf(await reader.read())).toContain('"name":"a"');
  expect(textOf(await reader.read())).toContain('"name":"b"');
  expect((await reader.read()).done).toBe(true);
  expect(store.watches).toBe(0);
});

test("FAIR-WATCH-COST: an ended watch counts until its client has read its events or has left", async () => {
  const store = new MemoryStore();
  const reader = await open(store, { timeoutSeconds: 5 });
  await write(store, "a");
  await vi.advanceTimersByTimeAsync(600 * SECOND);
  expect(store.watches).toBe(1);
  await reader.cancel();
  expect(store.watches).toBe(0);
});

test("WATCH-BOOKMARK: a loop that was blocked past the timeout sends its bookmark before it ends the stream", async () => {
  const reader = await open(new MemoryStore(), { timeoutSeconds: 5, bookmarks: true });
  const next = reader.read();
  vi.setSystemTime(Date.now() + 10 * SECOND);
  await vi.advanceTimersByTimeAsync(6 * SECOND);
  expect(textOf(await next)).toContain('"type":"BOOKMARK"');
  expect((await reader.read()).done).toBe(true);
});

test("WATCH-SLOW: a client that reads nothing for a minute with a full queue is disconnected, and its queue dropped", async () => {
  const store = new MemoryStore();
  const stalled = await open(store);
  const reading = await open(store);
  for (const name of ["a", "b", "c", "d"]) {
    await write(store, name, 100_000);
    expect(textOf(await reading.read())).toContain(`"name":"${name}"`);
  }
  await vi.advanceTimersByTimeAsync(90 * SECOND);
  await expect(stalled.read()).rejects.toThrow("the watch was not read");
  expect(textOf(await reading.read())).toBe(" ");
});

test("WATCH-SLOW: a client that reads within the minute continues, and has missed nothing", async () => {
  const store = new MemoryStore();
  const reader = await open(store);
  const names = ["a", "b", "c", "d", "e", "f"];
  for (const name of names) await write(store, name, 100_000);
  await vi.advanceTimersByTimeAsync(50 * SECOND);
  let told = "";
  while (!told.includes('"name":"f"')) {
    const next = reader.read();
    await vi.advanceTimersByTimeAsync(10);
    told += textOf(await next);
  }
  await write(store, "live again");
  const next = reader.read();
  await vi.advanceTimersByTimeAsync(10);
  told += textOf(await next);
  const seen = [...told.matchAll(/"name":"([^"]*)"/g)].map(([, name]) => name);
  expect(seen).toEqual([...names, "live again"]);
});
