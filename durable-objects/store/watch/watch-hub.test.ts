import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSplitter } from "../../../api/line-splitter.ts";
import type { Requirement } from "../../../api/machinery/selectors/requirement.ts";
import type { Key, Revision, WatchRequest } from "../../../api/store/store.ts";
import { relayOf, type Watched } from "../../../test/fakes/relayed-store.ts";
import { LogStore } from "../log-store.ts";
import { MemoryStore, nodeTurns } from "../memory-store.ts";
import { MemoryTables } from "../tables/memory-tables.ts";

const base: WatchRequest = {
  resource: "pods",
  bookmarks: false,
  bookmarkKind: { kind: "Pod", apiVersion: "v1" },
  timeoutSeconds: 60,
};
const requirement: fc.Arbitrary<Requirement> = fc.record({
  of: fc.constant("label" as const),
  key: fc.constantFrom("x", "y"),
  operator: fc.constantFrom("in" as const, "notin" as const, "exists" as const),
  values: fc.constantFrom(["1"], ["2"]),
});
const wanted = fc.record(
  {
    namespace: fc.constantFrom("a", "b"),
    name: fc.constantFrom("p", "q"),
    requirements: fc.array(requirement, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const put = fc.record({
  do: fc.constant("put" as const),
  namespace: fc.constantFrom("a", "b"),
  name: fc.constantFrom("p", "q", "r"),
  labels: fc.dictionary(fc.constantFrom("x", "y"), fc.constantFrom("1", "2")),
});
const step = fc.oneof(
  { weight: 6, arbitrary: put },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("remove" as const),
      namespace: fc.constantFrom("a", "b"),
      name: fc.constantFrom("p", "q"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("watch" as const), wanted, back: fc.nat({ max: 6 }), fresh: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pause" as const) }) },
);

/** A client that keeps what its watch sends, and fails on anything a Kubernetes client could not make sense of. */
class Informer {
  readonly known = new Map<string, string>();
  readonly complaints: string[] = [];
  #last = 0;

  take({ type, object }: { type: string; object: { metadata: Key & { resourceVersion: string } } }): void {
    const id = `${object.metadata.namespace}/${object.metadata.name}`;
    const revision = Number(object.metadata.resourceVersion);
    if (this.known.has(id) === (type === "ADDED")) this.complaints.push(`${type} of ${id} at ${revision}`);
    if (this.#last >= revision && this.known.get(id) === String(revision))
      this.complaints.push(`${revision} came twice`);
    this.#last = revision;
    if (type === "DELETED") this.known.delete(id);
    else this.known.set(id, String(revision));
  }
}

const ways = [
  ["by the store itself", (store: MemoryStore): Watched => store],
  ["by a relay", (store: MemoryStore): Watched => relayOf(store)],
  // Everything not in memory is asked of the store, and each stream of the log ends after a while.
  ["by a relay that keeps nothing", (store: MemoryStore): Watched => relayOf(store, { maxLogLength: 0, lines: 3 })],
] as const;

test.each(ways)(
  "WATCH-RESUME, WATCH-SELECT: the events of a watch add up to the current list, whenever the watch started: %s",
  {
    timeout: 30_000,
  },
  async (_, carriedBy) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const store = new MemoryStore();
        const carrier = carriedBy(store);
        const watches: { request: WatchRequest; informer: Informer; done: Promise<void>; stop: () => Promise<void> }[] =
          [];
        for (const of of steps) {
          if (of.do === "pause") await new Promise((resume) => setTimeout(resume, 2));
          else if (of.do === "watch") {
            const informer = new Informer();
            const { revision } = await store.status();
            const at = Math.max(1, revision - of.back) as Revision;
            const request = { ...base, ...of.wanted, ...(!of.fresh && { since: at }) };
            if (!of.fresh) {
              const then = await store.list({ ...request, at });
              if (then.ok)
                for (const { text } of then.items) informer.take({ type: "ADDED", object: JSON.parse(text) });
            }
            const answer = await carrier.watch(request);
            if (!answer.ok) throw new Error(answer.reason);
            watches.push({ request, informer, ...follow(answer.stream, informer) });
          } else {
            const key = { resource: "pods", namespace: of.namespace, name: of.name };
            const { namespace, name } = of;
            const { entry } = (await store.read({ key })) as { entry?: object };
            if (of.do === "remove") await store.commit({ writes: [{ op: "delete", key }] });
            else {
              const text = JSON.stringify({ metadata: { name, namespace, resourceVersion: "" } });
              const op = entry ? "replace" : "create";
              await store.commit({ writes: [{ op, key, text, attributes: { labels: of.labels, fields: {} } }] });
            }
          }
        }
        // A watcher that has been sent nothing yet may be right, for now.
        await new Promise((resume) => setTimeout(resume, 5));
        for (const { request, informer, stop } of watches) {
          const page = await store.list(request);
          const listed = page.ok
            ? page.items.map(({ key, revision }) => [`${key.namespace}/${key.name}`, String(revision)])
            : [];
          const expected = JSON.stringify([[], listed.sort()]);
          const reported = () => JSON.stringify([informer.complaints, [...informer.known].sort()]);
          for (const end = Date.now() + 2000; reported() !== expected && Date.now() < end; ) {
            await new Promise((resume) => setTimeout(resume, 1));
          }
          const known = reported();
          await stop();
          expect(known).toBe(expected);
        }
      }),
      { numRuns: 100 },
    );
  },
);

function follow(stream: ReadableStream<Uint8Array>, informer: Informer) {
  const reader = stream.getReader();
  const done = (async () => {
    const splitter = new LineSplitter(new TextDecoder());
    for (;;) {
      const { done: ended, value } = await reader.read();
      if (ended) return;
      for (const line of splitter.push(value)) if (line !== "") informer.take(JSON.parse(line));
    }
  })();
  return { done, stop: () => reader.cancel() };
}

test("WATCH-TURN: a watcher is served after the writer, and only after eight more turns of the disk", async () => {
  let turns = 0;
  const settled = async () => void turns++;
  const store = new LogStore(new MemoryTables(), { turns: { ...nodeTurns(Date.now), settled } });
  const { revision } = await store.status();
  const opened = await store.watch({ ...base, since: revision });
  if (!opened.ok) throw new Error(opened.reason);
  const reader = opened.stream.getReader();
  const received: string[] = [];
  const reported = reader.read().then(() => received.push(`the watcher after ${turns >= 9 ? "nine turns" : turns}`));
  const attributes = { labels: {}, fields: {} };
  const key = { resource: base.resource, namespace: "n", name: "a" };
  const text = JSON.stringify({ kind: "Thing", apiVersion: "v1", metadata: { name: "a", resourceVersion: "" } });
  await store.commit({ writes: [{ op: "create", key, text, attributes }] });
  received.push("the writer");
  await reported;
  await reader.cancel();
  expect(received).toEqual(["the writer", "the watcher after nine turns"]);
});

test("WATCH-TURN: the sockets are polled after 24 and 48 watchers, and only then", async () => {
  let polls = 0;
  const store = new LogStore(new MemoryTables(), {
    turns: {
      ...nodeTurns(Date.now),
      later: (run) => {
        polls++;
        setTimeout(run, 0);
      },
    },
  });
  const { revision } = await store.status();
  const pollsAtRead: number[] = [];
  const readers = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const opened = await store.watch({ ...base, since: revision });
      if (!opened.ok) throw new Error(opened.reason);
      return opened.stream.getReader();
    }),
  );
  const read = readers.map((reader) => reader.read().then(() => pollsAtRead.push(polls)));
  const key = { resource: base.resource, namespace: "n", name: "a" };
  const text = JSON.stringify({ kind: "Thing", apiVersion: "v1", metadata: { name: "a", resourceVersion: "" } });
  polls = 0;
  await store.commit({ writes: [{ op: "create", key, text, attributes: { labels: {}, fields: {} } }] });
  await Promise.all(read);
  await Promise.all(readers.map((reader) => reader.cancel()));
  expect([23, 47, 99].map((index) => pollsAtRead[index])).toEqual([1, 2, 2]);
});
