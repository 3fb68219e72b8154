import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { encodeProtobuf } from "../../../api/machinery/protobuf/protobuf.ts";
import { formatContinue } from "../../../api/store/continue-token.ts";
import type { ItemRequest, ListStreamRequest, Revision, RowsRequest } from "../../../api/store/store.ts";
import { MemoryStore } from "../memory-store.ts";
import { ItemRuns, type Run } from "./item-runs.ts";
import { textForm } from "./text-items.ts";

const prefix = '{"kind":"Thing","apiVersion":"v1",';
const key = (name: number) => ({ resource: "things", namespace: name % 2 ? "odd" : "even", name: `n${name}` });

type TextItems = Exclude<ItemRequest, RowsRequest | { readonly protobufList: unknown }>;

/** Long enough that a list of them spans many runs; some have more bytes than UTF-16 units. */
const body = fc.record({
  length: fc.integer({ min: 1, max: 30_000 }),
  of: fc.constantFrom("x", "ü", "\u{1F6E9}"),
});
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ put: fc.nat({ max: 40 }), body }) },
  { weight: 1, arbitrary: fc.record({ remove: fc.nat({ max: 40 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      list: fc.record(
        { namespace: fc.constantFrom("odd", "even"), limit: fc.integer({ min: 1, max: 30 }) },
        { requiredKeys: [], noNullPrototype: true },
      ),
      items: fc.constantFrom(undefined, { dropPrefix: prefix }, { metadataAfter: '{"kind":"Part","metadata":' }),
    }),
  },
);

test("STORE-STREAM-CACHE: whatever was listed before, a stream matches the store's contents, page by page", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80 }), async (steps) => {
      const store = new MemoryStore();
      for (const of of steps) {
        if ("remove" in of) await store.commit({ writes: [{ op: "delete", key: key(of.remove) }] });
        else if ("put" in of) {
          const { namespace, name } = key(of.put);
          const { entry } = (await store.read({ key: key(of.put) })) as { entry?: object };
          const rest = JSON.stringify({
            metadata: { name, namespace, resourceVersion: "", annotations: { braces: '}{"\\}{' }, body: of.body.of },
            body: of.body.of.repeat(of.body.length),
          });
          const text = prefix + rest.slice(1);
          const attributes = { labels: {}, fields: {} };
          await store.commit({ writes: [{ op: entry ? "replace" : "create", key: key(of.put), text, attributes }] });
        } else await walk(store, { resource: "things", ...of.list, ...(of.items && { items: of.items }) });
      }
    }),
    { numRuns: 60 },
  );
});

test("STORE-STREAM-FORM: the items of an empty list are null if requested", async () => {
  const empty = async (nullIfEmpty: boolean) => {
    const frame = { open: '{"resourceVersion":"","items":[', close: "]}\n", gzip: true, nullIfEmpty };
    const page = { issued: 7, within: false };
    const streamed = await new MemoryStore().listStream({ resource: "things", frame: { ...frame, page } });
    return streamed.ok ? new Response(streamed.body).text() : "refused";
  };
  expect(await empty(true)).toBe('{"resourceVersion":"1","items":null}\n');
  expect(await empty(false)).toBe('{"resourceVersion":"1","items":[]}\n');
});

function shown(text: string, items: TextItems | undefined): string {
  if (!items) return text;
  if ("metadataAfter" in items) return `${items.metadataAfter}${JSON.stringify(JSON.parse(text).metadata)}}`;
  return `{${text.slice(items.dropPrefix.length)}`;
}

/** Reads a list to the end, over RPC and as streams; the two must agree. */
async function walk(store: MemoryStore, request: ListStreamRequest & { readonly items?: TextItems }): Promise<void> {
  for (let next: typeof request | undefined = request; next; ) {
    const page = await store.list(next);
    const streamed = await store.listStream(next);
    if (!page.ok || !streamed.ok) throw new Error("refused");
    const { items, ok: _, ...head } = page;
    expect(streamed.head).toEqual(head);
    const texts = items.map(({ text }) => shown(text, request.items));
    expect(await new Response(streamed.body).text()).toBe(texts.join(","));
    const frame = {
      open: '{"resourceVersion":"","items":[',
      close: "]}",
      gzip: true,
      page: { issued: 7, within: false },
    };
    const packed = await store.listStream({ ...next, frame });
    if (!packed.ok) throw new Error("refused");
    const bytes = Buffer.from(await new Response(packed.body).arrayBuffer());
    const goOn = page.more && page.last && formatContinue({ revision: page.revision, issued: 7, after: page.last });
    const left = page.remaining === undefined ? "" : `,"remainingItemCount":${page.remaining}`;
    const whole = `{"resourceVersion":"${page.revision}"${goOn ? `,"continue":"${goOn}"${left}` : ""},"items":[${texts.join(",")}]}`;
    expect((packed.encoding === "gzip" ? gunzipSync(bytes) : bytes).toString()).toBe(whole);
    expect(packed.encoding).toBe(texts.join(",").length > 256 * 1024 ? "gzip" : packed.encoding);
    next = page.more && page.last ? { ...next, after: page.last, at: page.revision } : undefined;
  }
}

test("STORE-STREAM-FORM: in protobuf a list is one message, however many runs it has and whichever of them were cached", async () => {
  const store = new MemoryStore();
  const list = { kind: "ConfigMapList", apiVersion: "v1" };
  const put = (name: string, length: number, op: "create" | "replace" = "create") => {
    const text = JSON.stringify({
      kind: "ConfigMap",
      apiVersion: "v1",
      metadata: { name, namespace: "n", resourceVersion: "", managedFields: [{ fieldsV1: { "f:a": {} } }] },
      data: { ü: "\u{1F6E9}".repeat(length) },
    });
    const attributes = { labels: {}, fields: {} };
    return store.commit({ writes: [{ op, key: { resource: "configmaps", namespace: "n", name }, text, attributes }] });
  };
  const frame = { open: "", close: "", gzip: false, page: { issued: 7, within: true } };
  const check = async (request: Partial<ListStreamRequest> = {}) => {
    const requested = { resource: "configmaps", ...request };
    const page = await store.list(requested);
    for (const gzip of [false, true]) {
      const streamed = await store.listStream({
        ...requested,
        items: { protobufList: list },
        frame: { ...frame, gzip },
      });
      if (!page.ok || !streamed.ok) throw new Error("refused");
      const bytes = Buffer.from(await new Response(streamed.body).arrayBuffer());
      const { revision, more, last, remaining: remainingItemCount } = page;
      const goOn = more && last && formatContinue({ revision, issued: 7, after: { namespace: "", name: last.name } });
      const whole = encodeProtobuf({
        ...list,
        ...{ metadata: { resourceVersion: String(revision), ...(goOn && { continue: goOn, remainingItemCount }) } },
        ...{ items: page.items.map(({ text }) => JSON.parse(text)) },
      });
      expect(Buffer.compare(streamed.encoding === "gzip" ? gunzipSync(bytes) : bytes, whole ?? bytes.subarray(1))).toBe(
        0,
      );
      if (gzip && bytes.length > 1000 && !request.limit) expect(streamed.encoding).toBe("gzip");
    }
  };
  await check();
  for (let i = 0; i < 60; i++) await put(`c${i}`, (i * 997) % 20_000);
  await check();
  await check();
  await put("c17", 5, "replace");
  await check();
  await check({ limit: 7 });
  await check({ namespace: "n", name: "c17" });
});

/** The number of pieces in which a list of everything is sent. */
async function pieces(store: MemoryStore): Promise<number> {
  const listed = await store.listStream({ resource: "things" });
  if (!listed.ok) throw new Error(listed.reason);
  let count = 0;
  for await (const _ of new Response(listed.body).body ?? []) count++;
  return count;
}

test("STORE-STREAM-CACHE: short pages and short lists of namespaces do not leave longer lists in pieces", async () => {
  const store = new MemoryStore();
  const text = `${prefix}"metadata":{"resourceVersion":""},"body":"${"x".repeat(2000)}"}`;
  const attributes = { labels: {}, fields: {} };
  for (let i = 0; i < 60; i++)
    await store.commit({
      writes: [{ op: "create", key: { resource: "things", namespace: `n${i >> 1}`, name: `a${i}` }, text, attributes }],
    });
  await walk(store, { resource: "things", limit: 1 });
  for (let i = 0; i < 30; i++) await walk(store, { resource: "things", namespace: `n${i}` });
  expect(await pieces(store)).toBe(2);
});

test("the cache for lists stays within its budget, and keeps what was used last", () => {
  const runs = new ItemRuns(100);
  const run = (first: number): Run => ({
    revisions: [first as Revision],
    ends: [40],
    bytes: new Uint8Array(40),
    isFull: true,
  });
  const found = (first: number) => runs.find([first as Revision], 0, "") !== undefined;
  runs.cache(run(1), "");
  runs.cache(run(2), "");
  expect(found(1)).toBe(true);
  runs.cache(run(3), "");
  expect([1, 2, 3].map(found)).toEqual([true, false, true]);
});

test("FAIR-LIST: a list counts until its client has read it or has left, and more than may be open wait for that", async () => {
  vi.useFakeTimers();
  const store = new MemoryStore();
  const put = (name: string) => ({
    op: "create" as const,
    key: { resource: "things", namespace: "n", name },
    text: `{"kind":"Thing","apiVersion":"v1","metadata":{"name":"${name}","resourceVersion":""},"x":"${"y".repeat(500_000)}"}`,
    attributes: { labels: {}, fields: {} },
  });
  for (const name of ["a", "b", "c"]) await store.commit({ writes: [put(name)] });
  const ask = (name: string, most = 100) =>
    store.listStream({ resource: "things", share: { holder: { name, most: 2 }, most } });
  const [first, second] = [await ask("ann"), await ask("ann")];
  const [third, fourth, ofCluster, others] = [ask("ann"), ask("ann"), ask("bob", 2), ask("bob")];
  expect((await others).ok).toBe(true);
  if (first.ok) await new Response(first.body).text();
  expect((await third).ok).toBe(true);
  if (second.ok) await new Response(second.body).body?.cancel();
  expect((await fourth).ok).toBe(true);
  await vi.advanceTimersByTimeAsync(3000);
  expect(await ofCluster).toEqual({ ok: false, reason: "too-many" });
  vi.useRealTimers();
});

test("FAIR-LIST: a list that cannot be rendered counts no longer, and history is no longer kept for it", async () => {
  const cannot = () => {
    throw new Error("cannot be rendered");
  };
  let now = 0;
  const store = new MemoryStore({
    rowForm: () => textForm("rows", cannot),
    window: { minAgeMs: 0, minRevisions: 0 },
    now: () => now,
  });
  const text = '{"kind":"Thing","apiVersion":"v1","metadata":{"name":"a","resourceVersion":""}}';
  const write = (op: "create" | "replace") =>
    store.commit({ writes: [{ op, key: key(1), text, attributes: { labels: {}, fields: {} } }] });
  await write("create");
  const rows: RowsRequest = { rowsOf: { kind: "Thing", apiVersion: "v1" } };
  const ask = () => store.listStream({ resource: "things", items: rows, share: { holder: { name: "ann", most: 1 } } });
  await expect(ask()).rejects.toThrow("cannot be rendered");
  await expect(ask()).rejects.toThrow("cannot be rendered");
  await write("replace");
  await write("replace");
  now = 10;
  expect(store.compact()).toBe(store.revision);
});

test("STORE-STREAM-FORM: while a list's length is measured, others have their turns", async () => {
  let time = 0;
  const store = new MemoryStore({ now: () => (time += 15) });
  for (let i = 0; i < 40; i++) {
    const metadata = { name: `n${i}`, namespace: "n", resourceVersion: "" };
    const text = JSON.stringify({ kind: "ConfigMap", apiVersion: "v1", metadata, data: { a: "x".repeat(100_000) } });
    const key = { resource: "configmaps", namespace: "n", name: `n${i}` };
    await store.commit({ writes: [{ op: "create", key, text, attributes: { labels: {}, fields: {} } }] });
  }
  let turns = 0;
  const count = () => {
    turns++;
    waiting = setImmediate(count);
  };
  let waiting = setImmediate(count);
  const items = { protobufList: { kind: "ConfigMapList", apiVersion: "v1" } };
  const frame = { open: "", close: "", gzip: false, page: { issued: 7, within: true } };
  await store.listStream({ resource: "configmaps", items, frame });
  clearImmediate(waiting);
  expect(turns).toBeGreaterThan(5);
});
