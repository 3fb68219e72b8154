import { describe, expect, test, vi } from "vitest";
import type { Key, Lifeline, Revision, WatchRequest, Write } from "../../api/store/store.ts";
import { storeStreamUrls } from "../../api/store/store-stream.ts";
import { MemoryStore } from "../../durable-objects/store/memory-store.ts";
import { commitApart } from "./lasting-store.ts";
import { ShardedStore } from "./sharded-store.ts";
import type { StoreStub } from "./store-stub.ts";

const attributes = { labels: {}, fields: {} };
const keyOf = (resource: string, name: string): Key => ({ resource, namespace: "default", name });
const textOf = (name: string) =>
  `{"kind":"Thing","apiVersion":"v1","metadata":{"name":"${name}","resourceVersion":""}}`;
const create = (resource: string, name: string): Write => ({
  op: "create",
  key: keyOf(resource, name),
  text: textOf(name),
  attributes,
});
const expecting = (resource: string, name: string): Write => ({
  op: "expect",
  key: keyOf(resource, name),
  exists: true,
});

function sharded() {
  const main = new MemoryStore();
  const events = new MemoryStore();
  const requested = vi.spyOn(main, "readMany");
  const store = new ShardedStore({
    main: main as StoreStub,
    shards: new Map([["events", events as StoreStub]]),
  });
  return { main, events, store, requested };
}

const old = { policyRevision: 1 as Revision };
const watching: WatchRequest = {
  resource: "events",
  bookmarks: false,
  bookmarkKind: { apiVersion: "v1", kind: "Event" },
  timeoutSeconds: 60,
};

test("SHARD-PLACE: a sharded resource is only in its own object, at its own revisions", async () => {
  const { main, events, store } = sharded();
  await store.commit({ writes: [create("pods", "a")] });
  await store.commit({ writes: [create("pods", "b")] });
  expect(await store.commit({ writes: [create("events", "a")] })).toEqual({ ok: true, revisions: [2] });
  expect(await store.read({ key: keyOf("events", "a") })).toMatchObject({ ok: true, revision: 2 });
  expect(await store.list({ resource: "events" })).toMatchObject({ revision: 2, items: [{ key: { name: "a" } }] });
  expect(await store.list({ resource: "pods" })).toMatchObject({ revision: 3 });
  expect(await main.list({ resource: "events" })).toMatchObject({ items: [] });
  expect(await events.list({ resource: "pods" })).toMatchObject({ items: [] });
});

test("SHARD-COMMIT: the main object commits first", async () => {
  const { main, events, store } = sharded();
  const writes = [create("events", "a"), expecting("namespaces", "gone")];
  expect(await store.commit({ writes })).toMatchObject({ ok: false, reason: "unexpected", write: 1 });
  expect(events.revision).toBe(1);
  await main.commit({ writes: [create("namespaces", "gone")] });
  expect(await store.commit({ writes })).toMatchObject({ ok: true, revisions: [2, 2] });
  // The shard's own refusal names the write by its index in the whole commit.
  expect(await store.commit({ writes: [expecting("namespaces", "gone"), create("events", "a")] })).toMatchObject({
    reason: "exists",
    write: 1,
    current: { key: { name: "a" } },
  });
});

describe("SHARD-POLICY: the policy of a call is checked by the main object", () => {
  const lifelines: readonly Lifeline[] = [{ key: keyOf("serviceaccounts", "gone"), uid: "1" }];
  test.each([
    ["policy", old, "stale-policy"],
    ["identity", { lifelines }, "identity-gone"],
  ])("%s", async (_, decided, reason) => {
    const { main, events, store } = sharded();
    await events.commit({ writes: [create("events", "a")] });
    await main.commit({ writes: [create("roles", "a")], changesPolicy: true });
    const key = keyOf("events", "a");
    const refused = { ok: false, reason };
    expect(await store.read({ key, ...decided })).toMatchObject(refused);
    expect(await store.readMany({ keys: [key], ...decided })).toMatchObject(refused);
    expect(await store.list({ resource: "events", ...decided })).toMatchObject(refused);
    expect(await store.commit({ writes: [create("events", "b")], ...decided })).toMatchObject(refused);
    expect(await store.commit({ writes: [create("events", "b"), expecting("roles", "a")], ...decided })).toMatchObject(
      refused,
    );
    const body = JSON.stringify({ ...watching, ...decided });
    const response = await store.fetch(new Request(storeStreamUrls.watch, { method: "POST", body }));
    expect([response.status, await response.json()]).toMatchObject([409, refused]);
    expect(events.revision).toBe(2);
  });

  test("without a call if the main object is local", async () => {
    const { main, events, requested } = sharded();
    const shards = new Map([["events", events as StoreStub]]);
    const store = new ShardedStore({ main: main as StoreStub, shards, nearby: () => main });
    expect(await store.commit({ writes: [create("events", "a")], ...old })).toMatchObject({ ok: true });
    expect(requested).not.toHaveBeenCalled();
  });
});

test("reads of several keys come from each key's shard", async () => {
  const { store } = sharded();
  await store.commit({ writes: [create("events", "a"), create("pods", "b")] });
  const keys = [keyOf("pods", "b"), keyOf("events", "a"), keyOf("events", "none")];
  const answer = await store.readMany({ keys });
  expect(answer.ok && answer.entries.map((entry) => entry?.key)).toEqual([keys[0], keys[1], undefined]);
});

test("a watch is served by the object that stores the resource", async () => {
  const { store } = sharded();
  const body = JSON.stringify(watching);
  const { body: lines } = await store.fetch(new Request(storeStreamUrls.watch, { method: "POST", body }));
  const reader = lines?.getReader();
  await store.commit({ writes: [create("pods", "a")] });
  await store.commit({ writes: [create("events", "told")] });
  let text = "";
  while (!text.includes("told")) text += new TextDecoder().decode((await reader?.read())?.value);
  expect(text.trim()).toMatch(/^\{"type":"ADDED","object":\{.*"told","resourceVersion":"2"\}\}\}$/);
  await reader?.cancel();
});

describe("SHARD-LOOPS: a control loop's effects must succeed, its events may fail", () => {
  const replace = (name: string): Write => ({
    op: "replace",
    key: keyOf("events", name),
    text: textOf(name),
    attributes,
  });
  const loop = () => {
    const { main: own, events } = sharded();
    return { own, events, to: { own, shards: ["events"], shardOf: () => events } };
  };

  test("revisions are those of the loop's own log", async () => {
    const { events, to } = loop();
    const writes = [create("pods", "a"), create("events", "a"), create("pods", "b"), create("events", "b")];
    expect(await commitApart({ writes }, to)).toEqual({ ok: true, revisions: [2, 2, 3, 3] });
    expect(events.revision).toBe(3);
  });

  test("an event record that was deleted is left out, and no other", async () => {
    const { events, to } = loop();
    const writes = [create("pods", "a"), replace("gone"), create("events", "b")];
    expect(await commitApart({ writes }, to)).toEqual({ ok: true, revisions: [2, 2, 2] });
    expect(await events.list({ resource: "events" })).toMatchObject({ items: [{ key: { name: "b" } }] });
  });

  test("no event is sent for a refused write, and an error names the write", async () => {
    const { own, events, to } = loop();
    await own.commit({ writes: [create("pods", "a")] });
    const writes = [create("events", "a"), create("pods", "a")];
    expect(await commitApart({ writes }, to)).toMatchObject({ ok: false, reason: "exists", write: 1 });
    expect(events.revision).toBe(1);
  });

  test("the result of a commit with only event records is returned unchanged", async () => {
    const { to } = loop();
    expect(await commitApart({ writes: [replace("gone")] }, to)).toMatchObject({
      ok: false,
      reason: "missing",
      write: 0,
    });
  });
});
