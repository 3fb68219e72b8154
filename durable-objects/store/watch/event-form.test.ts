import { expect, test } from "vitest";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { partialObjectMetadata, viewAtVersion } from "../../../api/machinery/partial-metadata.ts";
import { encodeProtobuf, encodeWatchFrame } from "../../../api/machinery/protobuf/protobuf.ts";
import type { EventRequest } from "../../../api/store/event-request.ts";
import type { Revision, WatchRequest } from "../../../api/store/store.ts";
import { relayOf } from "../../../test/fakes/relayed-store.ts";
import { MemoryStore } from "../memory-store.ts";

const request: WatchRequest = {
  resource: "configmaps",
  sendInitialEvents: true,
  bookmarks: true,
  bookmarkKind: { kind: "ConfigMap", apiVersion: "v1" },
  timeoutSeconds: 60,
};
const key = (name: string) => ({ resource: "configmaps", namespace: "n", name });
const nothing = { labels: {}, fields: {} };
const put = (store: MemoryStore, op: "create" | "replace", name: string, length: number) => {
  const managedFields = [{ manager: "m", fieldsV1: { "f:data": { 'f:"}{': {} } } }];
  const metadata = { name, namespace: "n", resourceVersion: "", managedFields };
  const text = JSON.stringify({
    kind: "ConfigMap",
    apiVersion: "v1",
    metadata,
    data: { ü: "\u{1F6E9}".repeat(length) },
  });
  return store.commit({ writes: [{ op, key: key(name), text, attributes: nothing }] });
};

/** Everything a watch sends until it ends. */
async function toldBy(stream: ReadableStream<Uint8Array>, ended: Promise<unknown>): Promise<Buffer> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  void ended.then(() => reader.cancel());
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    chunks.push(value);
  }
}

const forms: readonly [string, EventRequest][] = [
  ["metadata", { metadataAt: "v1" }],
  ["metadata of an older version", { metadataAt: "v1beta1" }],
  ["protobuf", { protobuf: true }],
  ["metadata in protobuf", { metadataAt: "v1", protobuf: true }],
];

function expected(lines: string, { metadataAt, protobuf }: EventRequest): Buffer {
  const events = lines.split("\n").filter((line) => line !== "");
  return Buffer.concat(
    events.map((line) => {
      const { type, object } = JSON.parse(line) as { type: string; object: KubeObject };
      const shown = metadataAt && type !== "ERROR" ? viewAtVersion(partialObjectMetadata(object), metadataAt) : object;
      if (protobuf) return encodeWatchFrame(type, encodeProtobuf(shown) ?? new Uint8Array());
      return Buffer.from(`${JSON.stringify({ type, object: shown })}\n`);
    }),
  );
}

test.each([
  ["the store", (store: MemoryStore) => store],
  ["a relay", (store: MemoryStore) => relayOf(store)],
])("WATCH-FORM: %s sends the same events in each format, from the initial state to the last", async (_, carriedBy) => {
  const store = new MemoryStore();
  const carrier = carriedBy(store);
  for (let i = 0; i < 40; i++) await put(store, "create", `c${i}`, (i * 397) % 5000);
  const open = async (events?: EventRequest) => {
    const answer = await carrier.watch({ ...request, ...(events && { events }) });
    if (!answer.ok) throw new Error(answer.reason);
    return answer.stream as ReadableStream<Uint8Array>;
  };
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const plain = toldBy(await open(), ended);
  const others: Promise<Buffer>[] = [];
  for (const [, form] of forms) others.push(toldBy(await open(form), ended));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await put(store, "replace", "c3", 7);
  await put(store, "create", "new", 1);
  await store.commit({ writes: [{ op: "delete", key: key("c4") }] });
  await new Promise((resolve) => setTimeout(resolve, 100));
  end();
  const lines = (await plain).toString();
  expect(lines.match(/"type":"(?:BOOKMARK|MODIFIED|DELETED)"/g)).toHaveLength(3);
  for (const [index, [name, form]] of forms.entries()) {
    expect(Buffer.compare((await others[index]) ?? Buffer.of(), expected(lines, form)), name).toBe(0);
  }
});

test("WATCH-FORM: a watch from an expired revision gets the error in the requested format", async () => {
  const store = new MemoryStore({ window: { minAgeMs: -1, minRevisions: 0 } });
  await put(store, "create", "a", 1);
  const answer = await store.watch({
    ...request,
    sendInitialEvents: false,
    since: 2 as Revision,
    events: { protobuf: true },
  });
  if (!answer.ok) throw new Error(answer.reason);
  store.advance(50 as Revision);
  store.compact();
  const reported = await toldBy(answer.stream, new Promise(() => {}));
  expect(reported.readUInt32BE(0)).toBe(reported.length - 4);
  expect(reported.toString("latin1")).toMatch(/ERROR[\s\S]*Expired/);
});
