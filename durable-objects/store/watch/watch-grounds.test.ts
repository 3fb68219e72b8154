import { describe, expect, test } from "vitest";
import type { Key, WatchRequest } from "../../../api/store/store.ts";
import { relayOf, type Watched } from "../../../test/fakes/relayed-store.ts";
import { MemoryStore } from "../memory-store.ts";

const GROUND: Key = { resource: "definitions", namespace: "", name: "d" };
const request: WatchRequest = {
  resource: "things",
  bookmarks: false,
  bookmarkKind: { kind: "Thing", apiVersion: "v1" },
  timeoutSeconds: 3600,
  ground: { key: GROUND, generation: 2 },
};

const textAt = ({ name }: Key, generation: number) =>
  JSON.stringify({ metadata: { name, generation, resourceVersion: "" } });
const attributes = { labels: {}, fields: {} };

async function write(store: MemoryStore, key: Key, generation = 1): Promise<void> {
  const read = await store.read({ key });
  const op = read.ok && read.entry ? "replace" : "create";
  const result = await store.commit({ writes: [{ op, key, text: textAt(key, generation), attributes }] });
  expect(result.ok).toBe(true);
}

const thing = (name: string): Key => ({ resource: "things", namespace: "", name });

async function all(stream: ReadableStream<Uint8Array>): Promise<string[]> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) text += chunk;
  return [...text.matchAll(/"name":"(\w+)"/g)].map(([, name = ""]) => name);
}

describe.each<[string, (store: MemoryStore) => Watched]>([
  ["by the store itself", (store) => store],
  ["by a relay", (store) => relayOf(store)],
])("WATCH-GROUND: %s", (_, carriedBy) => {
  test.each<[string, (store: MemoryStore) => Promise<unknown>]>([
    ["is of a greater generation", (store) => write(store, GROUND, 3)],
    ["goes", (store) => store.commit({ writes: [{ op: "delete", key: GROUND }] })],
  ])("a watch ends after all earlier events when its ground %s", { timeout: 5000 }, async (_what, change) => {
    const store = new MemoryStore();
    await write(store, GROUND, 1);
    await store.commit({ writes: [{ op: "delete", key: GROUND }] });
    await write(store, GROUND, 2);
    const opened = await carriedBy(store).watch(request);
    if (!opened.ok) throw new Error(opened.reason);
    const reported = all(opened.stream);
    await write(store, thing("before"));
    // The same generation: a change of status, say.
    await write(store, GROUND, 2);
    await new Promise((resume) => setTimeout(resume, 20));
    await write(store, thing("still"));
    await change(store);
    expect(await reported).toEqual(["before", "still"]);
  });
});
