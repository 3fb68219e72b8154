import { expect, test, vi } from "vitest";
import { CommitLane } from "../../api/store/commit-lane.ts";
import type { Key } from "../../api/store/store.ts";
import { LogStore } from "../../durable-objects/store/log-store.ts";
import { MemoryStore } from "../../durable-objects/store/memory-store.ts";
import { MemoryTables } from "../../durable-objects/store/tables/memory-tables.ts";
import { StalePolicy } from "../api-error.ts";
import { StoreClient } from "./store-client.ts";
import type { StoreStub } from "./store-stub.ts";

const account: Key = { resource: "serviceaccounts", namespace: "ns", name: "bot" };
const lifelines = [{ key: account, uid: "one" }];
const text = '{"metadata":{"resourceVersion":"","uid":"one"}}';
const attributes = { labels: {}, fields: {} };

/** A store, and the names of its methods that were called. */
async function counted() {
  const store = new MemoryStore();
  await store.commit({ writes: [{ op: "create", key: account, text, attributes }] });
  const calls: string[] = [];
  const stub = new Proxy(store, {
    get(target, name: keyof MemoryStore & string) {
      const member = target[name];
      if (typeof member !== "function") return member;
      return (...words: unknown[]) => {
        calls.push(name);
        return Reflect.apply(member, target, words);
      };
    },
  });
  return { store, calls, client: () => new StoreClient(() => stub as StoreStub, undefined) };
}

test("an identity check needs no call besides the request's own", async () => {
  const { calls, client } = await counted();
  const store = client();
  expect(await store.standOn(lifelines, 0)).toBe(true);
  await store.read(account);
  expect(store.mustConfirm).toBe(false);
  expect(calls).toEqual(["read"]);
});

test("an identity is checked by a call if the request makes none", async () => {
  const { calls, client } = await counted();
  const store = client();
  await store.standOn(lifelines, 0);
  expect(store.mustConfirm).toBe(true);
  await store.confirm();
  expect(store.mustConfirm).toBe(false);
  expect(calls).toEqual(["readMany"]);
});

test.each<[string, (store: StoreClient) => Promise<unknown>]>([
  ["a read", (store) => store.read(account)],
  ["a commit", (store) => store.commit([{ op: "create", key: { ...account, name: "b" }, text, attributes }])],
  ["nothing else", (store) => store.confirm()],
])("an identity that has ended is 401 with %s", async (_, ask) => {
  const { store, client } = await counted();
  await store.commit({ writes: [{ op: "delete", key: account }] });
  const requested = client();
  await requested.standOn(lifelines, 0);
  await expect(ask(requested)).rejects.toMatchObject({ status: { code: 401 } });
});

test("an identity is checked at once if the store is local", async () => {
  const { store, client } = await counted();
  const { stub } = client();
  const here = new StoreClient(() => stub, undefined, { nearby: () => store });
  expect(await here.standOn(lifelines, 0)).toBe(true);
  await store.commit({ writes: [{ op: "delete", key: account }] });
  expect(await here.standOn(lifelines, 0)).toBe(false);
});

test("a policy change invalidates reads for a user, but not those of the control plane itself", async () => {
  const { store, client } = await counted();
  const { stub } = client();
  const { policyRevision } = await store.status();
  const key = { resource: "roles.rbac.authorization.k8s.io", namespace: "ns", name: "r" };
  await client().commit([{ op: "create", key, text, attributes }]);
  for (const options of [{}, { nearby: () => store }]) {
    const allowed = new StoreClient(() => stub, policyRevision, options);
    await expect(allowed.read(account)).rejects.toBeInstanceOf(StalePolicy);
    expect((await allowed.asItself().read(account)).entry?.key).toEqual(account);
  }
});

test("FAIR-LIST: a list in parts holds one answer of the store at a time, and a change of policy does not break it off", async () => {
  const { store, calls, client } = await counted();
  const names = ["a", "b", "c"];
  const writes = names.map((name) => ({ op: "create" as const, key: { ...account, name }, text, attributes }));
  await store.commit({ writes });
  const { policyRevision } = await store.status();
  const { stub } = client();
  const parts = new StoreClient(() => stub, policyRevision).pages({ resource: account.resource, length: 1 });
  const first = await parts.next();
  expect(calls).toEqual(["list"]);
  await client().commit([
    { op: "create", key: { ...account, resource: "roles.rbac.authorization.k8s.io" }, text, attributes },
  ]);
  const listed = first.value?.items.map(({ key }) => key.name) ?? [];
  for await (const { items } of parts) listed.push(...items.map(({ key }) => key.name));
  expect(listed).toEqual(["a", "b", "bot", "c"]);
  expect(calls).toEqual(["list", "commit", "list", "list", "list"]);
});

test("STORE-LANE: requests that commit at the same time share a call, which outlives the request that made it", async () => {
  const turns = { now: () => 0, later: setTimeout, after: () => () => {}, settled: async () => {} };
  const store = new LogStore(new MemoryTables(), { turns, lane: new CommitLane() });
  const carry = vi.fn(() => store.carry());
  const stub = { carry } as unknown as StoreStub;
  const kept: Promise<unknown>[] = [];
  const request = () =>
    new StoreClient(() => stub, undefined, { nearby: () => store, waitUntil: (work) => void kept.push(work) });
  const creating = (name: string) => request().commit([{ op: "create", key: { ...account, name }, text, attributes }]);
  const [one, other, again] = await Promise.all(["a", "b", "a"].map(creating));
  expect([one, other, again]).toMatchObject([{ revisions: [2] }, { revisions: [3] }, { reason: "exists" }]);
  expect([carry.mock.calls.length, kept.length]).toEqual([1, 1]);
});

/** A store with a lane that loses every call, along with its request, except for those that `arrives` admits. */
function losingCalls(arrives: (call: number) => boolean) {
  const turns = { now: () => 0, later: setTimeout, after: () => () => {}, settled: async () => {} };
  const store = new LogStore(new MemoryTables(), { turns, lane: new CommitLane() });
  let calls = 0;
  const carry = () => (arrives(++calls) ? store.carry() : new Promise<void>(() => {}));
  const stub = { carry } as StoreStub;
  const creating = (name: string) =>
    new StoreClient(() => stub, undefined, { nearby: () => store, waitUntil: () => {} }).commit([
      { op: "create", key: { ...account, name }, text, attributes },
    ]);
  return { store, creating };
}

test("STORE-LANE: a commit that waits for a lost call makes another call", async () => {
  vi.useFakeTimers();
  try {
    const { creating } = losingCalls((call) => call > 1);
    const commits = Promise.all(["a", "b"].map(creating));
    await vi.advanceTimersByTimeAsync(1000);
    expect(await commits).toMatchObject([{ revisions: [2] }, { revisions: [3] }]);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("STORE-LANE: a commit that is not taken gets a 504 after a minute, and is never written", async () => {
  vi.useFakeTimers();
  try {
    const { store, creating } = losingCalls(() => false);
    const late = expect(creating("a")).rejects.toMatchObject({ status: { code: 504 } });
    await vi.advanceTimersByTimeAsync(61_000);
    await late;
    await store.carry();
    expect(store.revision).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("FAIR-LIST, FAIR-WATCH: a list or watch over the limit is 429, with a short retry for lists only", async () => {
  const stub = { fetch: async () => Response.json({ reason: "too-many" }, { status: 429 }) } as unknown as StoreStub;
  const client = new StoreClient(() => stub, undefined);
  const watch = { resource: "pods", bookmarks: false, bookmarkKind: { apiVersion: "v1", kind: "Pod", zero: {} } };
  const retry = (requested: Promise<Response>) =>
    requested.catch(({ status: { code, details } }) => [code, details?.retryAfterSeconds]);
  expect(await retry(client.stream("list", { resource: "pods" }))).toEqual([429, 1]);
  expect(await retry(client.stream("watch", { ...watch, timeoutSeconds: 60 }))).toEqual([429, 10]);
});
