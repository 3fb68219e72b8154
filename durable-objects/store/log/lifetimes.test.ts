import { expect, test } from "vitest";
import type { Key, Revision } from "../../../api/store/store.ts";
import { LogStore } from "../log-store.ts";
import { MemoryStore, nodeTurns } from "../memory-store.ts";
import { MemoryTables } from "../tables/memory-tables.ts";
import { Endings } from "./lifetimes.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const attributes = { labels: {}, fields: {} };
const text = '{"metadata":{"resourceVersion":""}}';

function aging() {
  const time = { now: 0 };
  const store = new MemoryStore({ now: () => time.now, lifetimes: new Map([["events", HOUR]]) });
  const keyOf = (resource: string, name: string): Key => ({ resource, namespace: "", name });
  return {
    time,
    store,
    create: (resource: string, ...names: readonly string[]) =>
      store.commit({ writes: names.map((name) => ({ op: "create", key: keyOf(resource, name), text, attributes })) }),
    replace: (resource: string, name: string) =>
      store.commit({ writes: [{ op: "replace", key: keyOf(resource, name), text, attributes }] }),
    async names(resource: string) {
      // What a commit found due is deleted one turn later.
      await new Promise((resume) => setTimeout(resume, 5));
      const page = await store.list({ resource });
      return page.ok ? page.items.map(({ key }) => key.name) : [];
    },
  };
}

test("STORE-EXPIRE: an event expires an hour after its last write, and no other object ever does", async () => {
  const { time, store, create, replace, names } = aging();
  await create("events", "once", "again");
  await create("pods", "old");
  time.now = HOUR / 2;
  await replace("events", "again");
  time.now = HOUR - 1;
  await create("pods", "early");
  expect(await names("events")).toEqual(["again", "once"]);
  time.now = HOUR + MINUTE;
  await create("pods", "due");
  expect(await names("events")).toEqual(["again"]);
  const log = await store.after({ revision: 1 as Revision, resources: ["events"] });
  expect(log.ok && log.changes.at(-1)).toMatchObject({ type: "DELETED", key: { name: "once" } });
  time.now = 1.5 * HOUR + 2 * MINUTE;
  await create("pods", "later");
  expect(await names("events")).toEqual([]);
  expect(await names("pods")).toEqual(["due", "early", "later", "old"]);
  expect((await store.check()).faults).toEqual([]);
});

test("STORE-EXPIRE: if many objects have expired, each commit removes some until all are gone", async () => {
  const { time, create, names } = aging();
  await create("events", ...Array.from({ length: 120 }, (_, i) => `e${i}`));
  await create("pods", ...Array.from({ length: 5000 }, (_, i) => `old${i}`));
  await create("events", "last");
  const left: number[] = [];
  for (let step = 0; step < 6; step++) {
    time.now = HOUR + step * 100;
    await create("pods", `p${step}`);
    left.push((await names("events")).length);
  }
  expect(left).toEqual([71, 21, 1, 1, 0, 0]);
});

test("STORE-EXPIRE: an object that hibernates between commits removes expired objects, too", async () => {
  const tables = new MemoryTables();
  const time = { now: 0 };
  const turns = nodeTurns(() => time.now);
  const write = async (resource: string) => {
    const store = new LogStore(tables, { turns, lifetimes: new Map([["events", HOUR]]) });
    await store.commit({ writes: [{ op: "create", key: { resource, namespace: "", name: "a" }, text, attributes }] });
    await new Promise((resume) => setTimeout(resume, 5));
    return tables.count({ resource: "events" });
  };
  expect(await write("events")).toBe(1);
  time.now = HOUR;
  expect(await write("pods")).toBe(0);
});

test("STORE-EXPIRE: a refused commit of deletions is retried without the objects that were written meanwhile", async () => {
  const tables = new MemoryTables();
  let revision = 0 as Revision;
  const append = (name: string, committed: number, replaced: Revision | null = null) => {
    revision++;
    const key = { resource: "events", namespace: "", name };
    tables.append({ revision, replaced, tombstone: false, committed, key, attributes: "{}", text });
    return revision;
  };
  const time = { now: HOUR };
  append("a", 0);
  const rewritten = append("b", 0);
  const requests: string[][] = [];
  const endings = new Endings({
    tables,
    turns: nodeTurns(() => time.now),
    lifetimes: new Map([["events", HOUR]]),
    newest: () => revision,
    commit: async (writes) => {
      requests.push(writes.map(({ key }) => key.name));
      if (requests.length > 1) return { ok: true, revisions: [] };
      append("b", time.now, rewritten);
      return { ok: false, reason: "conflict", write: 1 };
    },
  });
  for (let look = 0; look < 2; look++) {
    endings.lookWhenDue();
    await new Promise((resume) => setTimeout(resume, 5));
    time.now += 100;
  }
  expect(requests).toEqual([["a", "b"], ["a"]]);
});
