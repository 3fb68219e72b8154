import { expect, test } from "vitest";
import type { Revision, Write } from "../../../api/store/store.ts";
import { LogStore } from "../log-store.ts";
import { nodeTurns } from "../memory-store.ts";
import { MemoryTables } from "../tables/memory-tables.ts";
import { checkInTurns } from "./check.ts";

const MINUTE = 60_000;
const key = { resource: "things", namespace: "", name: "a" };
const content = { key, text: '{"metadata":{"resourceVersion":""}}', attributes: { labels: {}, fields: {} } };

/** A store with the usual window that has one object, and the time. */
async function started() {
  const time = { now: 0 };
  const turns = nodeTurns(() => time.now);
  const tables = new MemoryTables();
  const open = () => new LogStore(tables, { turns });
  const at = {
    store: open(),
    time,
    restart: () => {
      at.store = open();
    },
    /** Replaces the object this many times, and lets a compaction that this makes due take its step. */
    replace: async (times: number) => {
      await at.store.commit({ writes: Array<Write>(times).fill({ op: "replace", ...content }) });
      await new Promise((resume) => setTimeout(resume, 5));
      return (await at.store.status()).oldest;
    },
    entries: async () => (await checkInTurns(tables, turns)).entries,
  };
  await at.store.commit({ writes: [{ op: "create", ...content }] });
  return at;
}

test("STORE-COMPACT: with a commit, entries that are five minutes old are removed, except for the newest 1,000", async () => {
  const { time, replace, entries } = await started();
  expect(await replace(1099)).toBe(1);
  time.now = 5 * MINUTE - 1;
  expect(await replace(1)).toBe(1);
  expect(await entries()).toBe(1101);
  time.now += MINUTE;
  expect(await replace(1)).toBe(103);
  expect(await entries()).toBe(1001);
});

test("STORE-COMPACT: a store that starts again does not reach back further than before", async () => {
  const at = await started();
  await at.replace(1099);
  at.time.now = 6 * MINUTE;
  const oldest = await at.replace(1);
  at.restart();
  expect((await at.store.status()).oldest).toBe(oldest);
  expect(await at.store.read({ key, at: (oldest - 1) as Revision })).toMatchObject({ reason: "compacted", oldest });
});

test("STORE-COMPACT: commits remove about a thousand entries at a time, every 0.1 s until the log is short", async () => {
  const { time, replace } = await started();
  await replace(5000);
  time.now = 6 * MINUTE;
  const reached = [await replace(1), await replace(1)];
  for (let look = 0; look < 4; look++) {
    time.now += 100;
    reached.push(await replace(1));
  }
  time.now += 30_000;
  reached.push(await replace(1));
  expect(reached).toEqual([1025, 1025, 2049, 3073, 3073, 3073, 4009]);
});

test("STORE-COMPACT: what a list reads is kept until it has been read", async () => {
  const { store, time, replace } = await started();
  // The list is not short, and so not rendered at once.
  const text = `{"metadata":{"resourceVersion":""},"x":"${"x".repeat(20_000)}"}`;
  await store.commit({ writes: [{ op: "create", ...content, key: { ...key, name: "A" }, text }] });
  const listed = await store.listStream({ resource: "things" });
  if (!listed.ok) throw new Error(listed.reason);
  await replace(2000);
  time.now = 6 * MINUTE;
  expect(await replace(1)).toBe(3);
  expect(await new Response(listed.body).text()).toContain('"resourceVersion":"2"');
});
