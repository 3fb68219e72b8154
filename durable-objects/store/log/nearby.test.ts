import { expect, test } from "vitest";
import type { CommitRequest, Key } from "../../../api/store/store.ts";
import { LogStore } from "../log-store.ts";
import { MemoryTables } from "../tables/memory-tables.ts";
import { RecentTables } from "../tables/recent-tables.ts";

const key: Key = { resource: "things", namespace: "", name: "a" };
const text = '{"metadata":{"resourceVersion":""}}';
const attributes = { labels: {}, fields: {} };
const create: CommitRequest = { writes: [{ op: "create", key, text, attributes }] };
const replace: CommitRequest = { writes: [{ op: "replace", key, text, attributes }] };
const remove: CommitRequest = { writes: [{ op: "delete", key }] };

const NO_WAIT = {
  now: () => 0,
  later: (run: () => void) => void setTimeout(run, 0),
  after: () => () => {},
  settled: async () => {},
};

/** A store whose disk stays busy until the test says that it is done. */
function open() {
  const syncs: (() => void)[] = [];
  const turns = { ...NO_WAIT, settled: () => new Promise<void>((resolve) => syncs.push(resolve)) };
  const store = new LogStore(new RecentTables(new MemoryTables()), { turns });
  const sync = async () => {
    for (const done of syncs.splice(0)) done();
    await new Promise((resume) => setTimeout(resume, 0));
  };
  return { store, sync };
}

test("STORE-NEARBY: reads without a call return the newest applied state that is on disk", async () => {
  const { store, sync } = open();
  await store.commit(create);
  expect(store.recent(key)).toBeUndefined();
  await sync();
  expect(store.recent(key)?.revision).toBe(2);

  await store.commit(replace);
  // Neither the object that may still be lost, nor the one it replaced.
  expect(store.recent(key)).toBeUndefined();
  await sync();
  expect(store.recent(key)?.revision).toBe(3);

  await store.commit(remove);
  expect(store.recent(key)).toBeUndefined();
  await sync();
  expect(store.recent(key)).toBeUndefined();
});

test("STORE-NEARBY: the policy revision includes commits whose writers are still waiting", async () => {
  const { store } = open();
  await store.commit({ ...create, changesPolicy: true });
  expect(store.policyRevision).toBe(2);
});

const selected = {
  resource: "slices",
  namespace: "n",
  requirements: [{ of: "label", key: "service", operator: "in", values: ["web"] }],
} as const;

const slice = (name: string, service: string, op: "create" | "replace" = "create") =>
  ({
    op,
    key: { resource: "slices", namespace: "n", name },
    text,
    attributes: { labels: { service }, fields: {} },
  }) as const;

test("STORE-NEARBY-SELECTION: what a selector selects is known once it was listed, and follows changes on disk", async () => {
  const { store, sync } = open();
  const names = () => store.recentSelection(selected)?.map((entry) => entry.key.name);
  const commit = (...writes: CommitRequest["writes"]) => store.commit({ writes });
  await commit(slice("a", "web"), slice("b", "other"));
  await sync();
  expect(names()).toBeUndefined();
  await store.list(selected);
  expect(names()).toEqual(["a"]);

  await commit(slice("c", "web"));
  // It may still be lost.
  expect(names()).toBeUndefined();
  await sync();
  expect(names()).toEqual(["a", "c"]);

  await commit({ op: "create", key, text, attributes });
  expect(names()).toEqual(["a", "c"]);
  await sync();

  await commit(slice("a", "other", "replace"), { op: "delete", key: slice("c", "web").key });
  expect(names()).toBeUndefined();
  await sync();
  expect(names()).toEqual([]);
});

test("STORE-NEARBY-SELECTION: it is not known while one of the objects is not in memory", async () => {
  const tables = new MemoryTables();
  const writer = new LogStore(new RecentTables(tables), { turns: NO_WAIT });
  await writer.commit({ writes: Array.from({ length: 17 }, (_, i) => slice(`s${i}`, "web")) });
  // One that has just begun, and does not keep so many.
  const store = new LogStore(new RecentTables(tables), { turns: NO_WAIT });
  await store.list(selected);
  expect(store.recentSelection(selected)).toBeUndefined();
  await writer.commit({ writes: [{ op: "delete", key: slice("s0", "web").key }] });
  const next = new LogStore(new RecentTables(tables), { turns: NO_WAIT });
  await next.list(selected);
  expect(next.recentSelection(selected)).toHaveLength(16);
});
