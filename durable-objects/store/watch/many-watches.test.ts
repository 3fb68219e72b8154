import { expect, test } from "vitest";
import { LineSplitter } from "../../../api/line-splitter.ts";
import type { GroupResource, Revision, Write } from "../../../api/store/store.ts";
import { watchingThings, writeThing } from "../../../test/fakes/things.ts";
import { LogStore } from "../log-store.ts";
import { MemoryStore, nodeTurns } from "../memory-store.ts";
import type { LogRow } from "../tables/log-tables.ts";
import { MemoryTables } from "../tables/memory-tables.ts";

async function opened(store: Pick<LogStore, "watch">, request: Partial<typeof watchingThings> = {}) {
  const answer = await store.watch({ ...watchingThings, ...request });
  if (!answer.ok) throw new Error(answer.reason);
  return answer.stream;
}

/** The revisions that a watch sends first. */
async function revisionsOf(stream: ReadableStream<Uint8Array>, count: number): Promise<string[]> {
  const reader = stream.getReader();
  const splitter = new LineSplitter(new TextDecoder());
  const revisions: string[] = [];
  while (revisions.length < count) {
    const { value = new Uint8Array() } = await reader.read();
    for (const line of splitter.push(value)) revisions.push(JSON.parse(line).object.metadata.resourceVersion);
  }
  await reader.cancel();
  return revisions;
}

test("WATCH-RESUME: a hundred watchers get each change once, in order, while others are being written", async () => {
  let polls = 0;
  // Every second poll of the sockets takes long: a later change could overtake an earlier one.
  const later = (run: () => void) => void setTimeout(run, polls++ % 2 === 0 ? 5 : 0);
  const store = new LogStore(new MemoryTables(), { turns: { ...nodeTurns(Date.now), later } });
  const revisions = Array.from({ length: 100 }, async () => revisionsOf(await opened(store), 40));
  for (let i = 0; i < 40; i++) {
    await writeThing(store, `t${i}`);
    for (let turn = 0; turn < i % 4; turn++) await new Promise((resume) => setImmediate(resume));
  }
  const all = Array.from({ length: 40 }, (_, i) => String(i + 2));
  for (const sent of await Promise.all(revisions)) expect(sent).toEqual(all);
});

test.each([
  ["600 changes", 600, 1],
  ["2 MiB of changes", 4, 500_000],
])("WATCH-RESUME: %s that are committed at once, more than a batch, all arrive in order", async (_, count, length) => {
  const store = new MemoryStore();
  const revisions = [1, 2].map(async () => revisionsOf(await opened(store), count + 1));
  const writes = Array.from({ length: count }, (_, i): Write => {
    const text = `{"metadata":{"name":"t${i}","resourceVersion":""},"body":"${"x".repeat(length)}"}`;
    const key = { resource: "things", namespace: "", name: `t${i}` };
    return { op: "create", key, text, attributes: { labels: {}, fields: {} } };
  });
  await store.commit({ writes });
  await writeThing(store, "after");
  const all = Array.from({ length: count + 1 }, (_, i) => String(i + 2));
  for (const sent of await Promise.all(revisions)) expect(sent).toEqual(all);
});

test("FAIR-WATCH: a store counts its own watches and those that are carried elsewhere, by resource, until they end", async () => {
  const store = new MemoryStore();
  const request = { ...watchingThings, share: { most: 3 } };
  const streams = [await opened(store, request), await opened(store, request)];
  expect(store.watched()).toEqual([{ resource: "things", watches: 2 }]);
  const tooMany = { ok: false, reason: "too-many" };
  expect([store.refusesWatch(request), store.refusesWatch(request, 1)]).toEqual([undefined, tooMany]);
  streams.push(await opened(store, request));
  expect(await store.watch(request)).toEqual(tooMany);
  for (const stream of streams) await stream.cancel();
  expect([store.watched(), store.refusesWatch(request, 2)]).toEqual([[], undefined]);
});

test("WATCH-END: once a watch has ended, nothing is read for it", async () => {
  const read: (readonly GroupResource[] | undefined)[] = [];
  class ObservedTables extends MemoryTables {
    override rowsBetween(after: Revision, through: Revision, resources?: readonly GroupResource[]): Iterable<LogRow> {
      read.push(resources);
      return super.rowsBetween(after, through, resources);
    }
  }
  const store = new LogStore(new ObservedTables(), { turns: nodeTurns(Date.now) });
  const ground = { key: { resource: "grounds", namespace: "", name: "g" }, generation: 1 };
  const other = revisionsOf(await opened(store, { resource: "others" }), 1);
  const ending = await opened(store, { ground });
  await new Promise((resume) => setTimeout(resume, 5));
  await ending.cancel();
  read.length = 0;
  const key = { resource: "others", namespace: "", name: "o" };
  const text = '{"metadata":{"resourceVersion":""}}';
  await store.commit({ writes: [{ op: "create", key, text, attributes: { labels: {}, fields: {} } }] });
  await other;
  expect(read).toEqual([["others"]]);
});
