import { expect, test } from "vitest";
import type { Revision, WatchRequest } from "../../../api/store/store.ts";
import { relayOf } from "../../../test/fakes/relayed-store.ts";
import { watchingThings, writeThing } from "../../../test/fakes/things.ts";
import { MemoryStore } from "../memory-store.ts";
import { RelayDirectory } from "./relay-directory.ts";

/** Everything a watch sends until it ends. */
function reported(stream: ReadableStream<Uint8Array>) {
  const reader = stream.getReader();
  const watch = { text: "", ended: undefined as string | undefined, stop: () => reader.cancel() };
  void (async () => {
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        watch.text += new TextDecoder().decode(value);
      }
      watch.ended = "cleanly";
    } catch (error) {
      watch.ended = (error as Error).message;
    }
  })();
  return watch;
}

async function watch(relay: ReturnType<typeof relayOf>, of: Partial<WatchRequest> = {}) {
  const answer = await relay.watch({ ...watchingThings, ...of });
  if (!answer.ok) throw new Error(answer.reason);
  return reported(answer.stream);
}

const namesIn = (text: string) => [...text.matchAll(/"name":"([^"]*)"/g)].map(([, name]) => name);

test("RELAY-TAIL: all watches share one stream of the store's log, which ends with the last watch", async () => {
  const store = new MemoryStore();
  const relay = relayOf(store);
  const watches = await Promise.all(Array.from({ length: 50 }, () => watch(relay)));
  await writeThing(store, "a");
  await writeThing(store, "b");
  await expect.poll(() => watches.map(({ text }) => namesIn(text))).toEqual(watches.map(() => ["a", "b"]));
  expect(relay.tails).toEqual({ opened: 1, open: 1 });
  expect(store.watches).toBe(0);
  for (const { stop } of watches) await stop();
  await expect.poll(() => relay.tails.open).toBe(0);
  // The next watch starts over, and misses nothing of what happened in between.
  await writeThing(store, "c");
  const late = await watch(relay);
  await expect.poll(() => namesIn(late.text)).toEqual(["a", "b", "c"]);
  expect(relay.tails.opened).toBe(2);
  await late.stop();
});

test("RELAY-AGAIN: a broken stream is replaced without the watches noticing", async () => {
  const store = new MemoryStore();
  const relay = relayOf(store, { lines: 1 });
  const one = await watch(relay);
  const names = Array.from({ length: 20 }, (_, i) => `t${i}`);
  for (const name of names) {
    await writeThing(store, name);
    await new Promise((resume) => setTimeout(resume, 3));
  }
  await expect.poll(() => namesIn(one.text)).toEqual(names);
  expect(one.ended).toBeUndefined();
  expect(relay.tails.opened).toBeGreaterThan(5);
  await one.stop();
});

test("RELAY-AGAIN: a watch whose state cannot be read breaks off, and counts no longer", async () => {
  const relay = relayOf(new MemoryStore(), { isSilent: true });
  const { since: _, ...fromState } = watchingThings;
  const answer = await relay.watch(fromState);
  if (!answer.ok) throw new Error(answer.reason);
  const one = reported(answer.stream);
  await expect.poll(() => one.ended).toBe("the store is restarting");
  expect(relay.watches.size).toBe(0);
});

test("RELAY-AGAIN: a malformed stream is abandoned", async () => {
  const store = new MemoryStore();
  const relay = relayOf(store, { first: "garbled" });
  const one = await watch(relay);
  await writeThing(store, "a");
  await expect.poll(() => namesIn(one.text)).toEqual(["a"]);
  expect(relay.tails).toEqual({ opened: 2, open: 1 });
  await one.stop();
});

test("RELAY-AGAIN: a watch that arrives when the relay gives up the log is refused instead of waiting forever", async () => {
  const store = new MemoryStore();
  const relay = relayOf(store, { first: "compacted" });
  const { since: _, ...fromNow } = watchingThings;
  await expect(relay.watch({ ...fromNow, sendInitialEvents: false })).rejects.toThrow("cannot be followed");
  const one = await watch(relay);
  await writeThing(store, "a");
  await expect.poll(() => namesIn(one.text)).toEqual(["a"]);
  await one.stop();
});

test("RELAY-AGAIN: if the log no longer reaches back to the relay's position, all clients resume at the store", async () => {
  const store = new MemoryStore({ window: { minAgeMs: -1, minRevisions: 0 } });
  const relay = relayOf(store);
  const one = await watch(relay);
  await writeThing(store, "a");
  await expect.poll(() => namesIn(one.text)).toEqual(["a"]);
  store.advance(100 as Revision);
  store.compact();
  await writeThing(store, "b");
  await expect.poll(() => one.ended).toBe("the watch was interrupted");
  expect(await relay.watch(watchingThings)).toMatchObject({ ok: false, reason: "compacted" });
  const resumed = await watch(relay, { since: 100 as Revision });
  await expect.poll(() => namesIn(resumed.text)).toEqual(["b"]);
  await resumed.stop();
});

test("WATCH-SLOW: a client that falls behind the relay's buffer reads the store's log, and misses nothing", async () => {
  const store = new MemoryStore();
  const relay = relayOf(store, { maxLogLength: 10_000 });
  const answer = await relay.watch(watchingThings);
  if (!answer.ok) throw new Error(answer.reason);
  const other = await watch(relay);
  const names = Array.from({ length: 30 }, (_, i) => `t${i}`);
  for (const name of names) await writeThing(store, name, 50_000);
  await expect.poll(() => namesIn(other.text)).toEqual(names);
  const slow = reported(answer.stream);
  await expect.poll(() => namesIn(slow.text)).toEqual(names);
  await writeThing(store, "live again");
  await expect.poll(() => namesIn(slow.text)).toEqual([...names, "live again"]);
  await Promise.all([slow.stop(), other.stop()]);
});

test("a watch without a revision starts at the store's revision, not the relay's", async () => {
  const store = new MemoryStore();
  const relay = relayOf(store);
  await writeThing(store, "before");
  const { since: _, ...fromNow } = watchingThings;
  const answer = await relay.watch({ ...fromNow, sendInitialEvents: false });
  if (!answer.ok) throw new Error(answer.reason);
  const one = reported(answer.stream);
  await writeThing(store, "after");
  await expect.poll(() => namesIn(one.text)).toEqual(["after"]);
  await one.stop();
});

test("RELAY-ROOM: new watches go to the first relay with room, whichever watches were closed before", () => {
  const directory = new RelayDirectory(3);
  expect([0, 2, 3, 4].map((own) => directory.isFull(own))).toEqual([false, false, true, true]);
  expect([1, 2, 3, 4, 5, 6, 7].map(() => directory.next())).toEqual([0, 0, 0, 1, 1, 1, 2]);
  directory.holds(1, 1);
  expect([1, 2, 3].map(() => directory.next())).toEqual([1, 1, 2]);
  // A relay that reattached before its first stream was known to have ended is still there.
  const first = directory.attach(0, 0);
  const second = directory.attach(0, 1);
  // Watches sent to a relay count until it reports how many arrived.
  expect(directory.next()).toBe(2);
  directory.holds(0, 2);
  first();
  expect([1, 2].map(() => directory.next())).toEqual([0, 3]);
  second();
  expect(directory.next()).toBe(0);
});

test("FAIR-WATCH: a relay allows a client no more watches than a store does; the store limits the total", async () => {
  const relay = relayOf(new MemoryStore());
  const share = { holder: { name: "ann", most: 2 }, most: 5 };
  const ask = () => relay.watch({ ...watchingThings, share });
  const answers = await Promise.all([ask(), ask(), ask()]);
  expect(answers.map(({ ok }) => ok)).toEqual([true, true, false]);
  expect(answers[2]).toEqual({ ok: false, reason: "too-many" });
  for (const answer of answers) if (answer.ok) await answer.stream.cancel();
});

test("FAIR-WATCH-COST: an expensive watch takes more of its client's share, and returns it when it ends", async () => {
  const relay = relayOf(new MemoryStore());
  const ask = (takes?: number) =>
    relay.watch({ ...watchingThings, share: { holder: { name: "ann", most: 5, ...(takes && { takes }) } } });
  const [large, small, refused] = [await ask(4), await ask(), await ask()];
  expect([large.ok, small.ok, refused.ok]).toEqual([true, true, false]);
  if (large.ok) await large.stream.cancel();
  expect((await ask(4)).ok).toBe(true);
  expect((await ask()).ok).toBe(false);
});
