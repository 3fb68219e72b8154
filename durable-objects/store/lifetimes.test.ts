import { expect, test } from "vitest";
import type { Key, Revision } from "../../api/store.ts";
import { MemoryStore } from "./memory-store.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const attributes = { labels: {}, fields: {} };

function aging() {
  const time = { now: 0 };
  const store = new MemoryStore({ now: () => time.now, lifetimes: new Map([["events", HOUR]]) });
  const keyOf = (resource: string, name: string): Key => ({ resource, namespace: "", name });
  const text = '{"metadata":{"resourceVersion":""}}';
  return {
    time,
    store,
    create: (resource: string, ...names: readonly string[]) =>
      store.commit({ writes: names.map((name) => ({ op: "create", key: keyOf(resource, name), text, attributes })) }),
    replace: (resource: string, name: string) =>
      store.commit({ writes: [{ op: "replace", key: keyOf(resource, name), text, attributes }] }),
    async names(resource: string) {
      // What a commit found due comes a turn later.
      await new Promise((resume) => setTimeout(resume, 5));
      const page = await store.list({ resource });
      return page.ok ? page.items.map(({ key }) => key.name) : [];
    },
  };
}

test("STORE-EXPIRE: an event ends an hour after its last write, and nothing else ever does", async () => {
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

test("STORE-EXPIRE: where much is over, some goes each minute", async () => {
  const { time, create, names } = aging();
  await create("events", ...Array.from({ length: 1200 }, (_, i) => `e${i}`));
  const left: number[] = [];
  for (let minute = 1; minute <= 4; minute++) {
    time.now = HOUR + minute * MINUTE;
    await create("pods", `p${minute}`);
    left.push((await names("events")).length);
  }
  expect(left).toEqual([700, 200, 0, 0]);
});
