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

/** A store whose disk stays busy until the test says that it is done. */
function open() {
  const syncs: (() => void)[] = [];
  const turns = {
    now: () => 0,
    later: (run: () => void) => void setTimeout(run, 0),
    after: () => () => {},
    settled: () => new Promise<void>((resolve) => syncs.push(resolve)),
  };
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
