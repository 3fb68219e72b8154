import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatContinue } from "../../api/machinery/continue-token.ts";
import type { ListStreamRequest, Revision } from "../../api/store.ts";
import { ItemRuns, type Run } from "./item-runs.ts";
import { MemoryStore } from "./memory-store.ts";

const prefix = '{"kind":"Thing","apiVersion":"v1",';
const key = (name: number) => ({ resource: "things", namespace: name % 2 ? "odd" : "even", name: `n${name}` });

/** Long enough that a list of them is many runs; some of more bytes than UTF-16 units. */
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
      form: fc.constantFrom({}, { dropPrefix: prefix }, { metadataAfter: '{"kind":"Part","metadata":' }),
    }),
  },
);

test("STORE-STREAM: whatever was listed before, a stream has what the store has, page by page", async () => {
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
        } else await walk(store, { resource: "things", ...of.list, ...of.form });
      }
    }),
    { numRuns: 60 },
  );
});

test("STORE-STREAM: a list of nothing says null where it is told to", async () => {
  const empty = async (nullIfEmpty: boolean) => {
    const frame = { open: '{"resourceVersion":"","items":[', close: "]}\n", gzip: true, nullIfEmpty };
    const page = { issued: 7, within: false };
    const streamed = await new MemoryStore().listStream({ resource: "things", frame: { ...frame, page } });
    return streamed.ok ? new Response(streamed.stream).text() : "refused";
  };
  expect(await empty(true)).toBe('{"resourceVersion":"1","items":null}\n');
  expect(await empty(false)).toBe('{"resourceVersion":"1","items":[]}\n');
});

function shown(text: string, { dropPrefix, metadataAfter }: ListStreamRequest): string {
  if (metadataAfter !== undefined) return `${metadataAfter}${JSON.stringify(JSON.parse(text).metadata)}}`;
  return dropPrefix === undefined ? text : `{${text.slice(dropPrefix.length)}`;
}

/** Reads a list to its end, by RPC and as streams, which must agree. */
async function walk(store: MemoryStore, request: ListStreamRequest): Promise<void> {
  for (let next: ListStreamRequest | undefined = request; next; ) {
    const page = await store.list(next);
    const streamed = await store.listStream(next);
    if (!page.ok || !streamed.ok) throw new Error("refused");
    const { items, ok: _, ...head } = page;
    expect(streamed.head).toEqual(head);
    const texts = items.map(({ text }) => shown(text, request));
    expect(await new Response(streamed.stream).text()).toBe(texts.join(","));
    const frame = {
      open: '{"resourceVersion":"","items":[',
      close: "]}",
      gzip: true,
      page: { issued: 7, within: false },
    };
    const packed = await store.listStream({ ...next, frame });
    if (!packed.ok) throw new Error("refused");
    const bytes = Buffer.from(await new Response(packed.stream).arrayBuffer());
    const goOn = page.more && page.last && formatContinue({ revision: page.revision, issued: 7, after: page.last });
    const left = page.remaining === undefined ? "" : `,"remainingItemCount":${page.remaining}`;
    const whole = `{"resourceVersion":"${page.revision}"${goOn ? `,"continue":"${goOn}"${left}` : ""},"items":[${texts.join(",")}]}`;
    expect((packed.encoding === "gzip" ? gunzipSync(bytes) : bytes).toString()).toBe(whole);
    expect(packed.encoding).toBe(texts.join(",").length > 256 * 1024 ? "gzip" : packed.encoding);
    next = page.more && page.last ? { ...next, after: page.last, at: page.revision } : undefined;
  }
}

test("what is kept for lists to come stays within its budget, and what was used last stays", () => {
  const runs = new ItemRuns(100);
  const run = (first: number): Run => ({ revisions: [first as Revision], ends: [40], bytes: new Uint8Array(40) });
  const found = (first: number) => runs.find([first as Revision], 0, "") !== undefined;
  runs.keep(run(1), "");
  runs.keep(run(2), "");
  expect(found(1)).toBe(true);
  runs.keep(run(3), "");
  expect([1, 2, 3].map(found)).toEqual([true, false, true]);
});
