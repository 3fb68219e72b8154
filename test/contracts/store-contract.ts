/** What every store must do (docs/spec/store.md, docs/spec/watch.md); run on memory in Node and on SQLite in workerd. */
import { describe, expect, test } from "vitest";
import {
  BACKUP_END,
  type BackupObject,
  parseBackupHead,
  parseBackupObject,
  type RestoreReport,
} from "../../api/backup.ts";
import type {
  Answer,
  Attributes,
  Key,
  ListHead,
  ListStreamRequest,
  Requirement,
  Revision,
  Store,
  WatchRequest,
  Write,
} from "../../api/store.ts";
import type { CheckReport } from "../../durable-objects/store/check.ts";
import type { Window } from "../../durable-objects/store/compaction.ts";
import type { Spared } from "../../durable-objects/store/restore.ts";

type Bytes = { getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array }>; cancel(): Promise<void> } };

/** A store under test: empty, and compacted by hand. */
export interface StoreUnderTest
  extends Pick<Store, "commit" | "read" | "readMany" | "list" | "after" | "texts" | "status"> {
  listStream(request: ListStreamRequest): Promise<Answer<{ head: ListHead; stream: unknown }>>;
  watch(request: WatchRequest): Promise<Answer<{ stream: unknown }>>;
  compact(window: Window): unknown;
  check(): Promise<CheckReport>;
  /** A stream of bytes. */
  backup(cluster: string, without: readonly string[]): unknown;
  restore(objects: readonly BackupObject[], spared: Spared): Promise<RestoreReport>;
  advance(revision: Revision): unknown;
}

type OpenStore = () => StoreUnderTest;

/** Keeps so many revisions, however young. */
const keep = (keepRevisions: number): Window => ({ keepMilliseconds: -1, keepRevisions });

/** Of resources that no controller knows: a ClusterStore under test pokes those that listen to it. */
const key = (name: string, namespace = "default", resource = "things"): Key => ({ resource, namespace, name });
const bare: Attributes = { labels: {}, fields: {} };
const labelled = (labels: Record<string, string>, fields: Record<string, string> = {}): Attributes => ({
  labels,
  fields,
});
const textOf = ({ namespace, name }: Key, body = "1") =>
  `{"kind":"Thing","apiVersion":"v1","metadata":{"name":"${name}","namespace":"${namespace}","resourceVersion":""},"body":"${body}"}`;
const create = (of: Key, attributes = bare, body = "1"): Write => ({
  op: "create",
  key: of,
  text: textOf(of, body),
  attributes,
});
const replace = (of: Key, attributes = bare, body = "2"): Write => ({
  op: "replace",
  key: of,
  text: textOf(of, body),
  attributes,
});
const remove = (of: Key): Write => ({ op: "delete", key: of });
const has = (label: string, value: string): Requirement => ({
  of: "label",
  key: label,
  operator: "in",
  values: [value],
});

async function done(store: StoreUnderTest, ...writes: Write[]): Promise<Revision> {
  const result = await store.commit({ writes });
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result.revisions.at(-1) as Revision;
}

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

const watchOf = (request: Partial<WatchRequest> = {}): WatchRequest => ({
  resource: "things",
  bookmarks: false,
  bookmarkKind: { kind: "Thing", apiVersion: "v1" },
  timeoutSeconds: 60,
  ...request,
});

/** Reads so many events, as `TYPE name@revision`; bookmarks have no name. Empty lines are heartbeats. */
async function events(stream: unknown, count: number): Promise<string[]> {
  const reader = (stream as Bytes).getReader();
  const lines: string[] = [];
  let rest = "";
  while (lines.length < count) {
    const { done: ended, value } = await reader.read();
    if (ended) break;
    const parts = (rest + new TextDecoder().decode(value)).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts.filter((line) => line !== ""));
  }
  await reader.cancel();
  return lines.map((line) => {
    const { type, object } = JSON.parse(line);
    const end = object.metadata.annotations?.["k8s.io/initial-events-end"] ? " end" : "";
    return `${type} ${object.metadata.name ?? ""}@${object.metadata.resourceVersion}${end}`;
  });
}

async function whole(stream: unknown): Promise<string> {
  const reader = (stream as Bytes).getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done: ended, value } = await reader.read();
    if (ended) return text;
    text += decoder.decode(value, { stream: true });
  }
}

const names = (page: { items: readonly { key: Key }[] }) =>
  page.items.map((item) => `${item.key.namespace}/${item.key.name}`);

export function storeContract(title: string, open: OpenStore): void {
  describe(`${title}: commit`, () => {
    test("STORE-LOG: an empty store is at revision 1, and each write takes the next", async () => {
      const store = open();
      expect(await store.status()).toEqual({ revision: 1, oldest: 1, policyRevision: 1 });
      const result = await store.commit({
        writes: [create(key("a")), { op: "expect", key: key("a"), exists: true }, create(key("b"))],
      });
      expect(result).toEqual({ ok: true, revisions: [2, 2, 3] });
    });

    test("STORE-SPLICE: the revision is written into the object's own resourceVersion, and there alone", async () => {
      const store = open();
      const text = '{"kind":"X","metadata":{"name":"a","resourceVersion":""},"copy":{"resourceVersion":""}}';
      await done(store, { op: "create", key: key("a"), text, attributes: bare });
      const { entry } = must(await store.read({ key: key("a") }));
      expect(entry).toEqual({
        key: key("a"),
        revision: 2,
        text: '{"kind":"X","metadata":{"name":"a","resourceVersion":"2"},"copy":{"resourceVersion":""}}',
        attributes: bare,
      });
    });

    const stale = 1 as Revision;
    test.each<[string, Write, Record<string, unknown>]>([
      ["creating what exists", create(key("there")), { reason: "exists", write: 1, current: { revision: 2 } }],
      ["replacing what is not there", replace(key("gone")), { reason: "missing", write: 1 }],
      [
        "replacing another revision",
        { ...replace(key("there")), ifRevision: stale } as Write,
        { reason: "conflict", current: { revision: 2 } },
      ],
      ["deleting what is not there", remove(key("gone")), { reason: "missing" }],
      ["deleting another revision", { op: "delete", key: key("there"), ifRevision: stale }, { reason: "conflict" }],
      ["expecting what is not there", { op: "expect", key: key("gone"), exists: true }, { reason: "unexpected" }],
      [
        "expecting the absence of what is there",
        { op: "expect", key: key("there"), exists: false },
        { reason: "unexpected" },
      ],
      [
        "expecting other attributes",
        { op: "expect", key: key("there"), exists: true, requirements: [has("app", "other")] },
        { reason: "unexpected", current: { revision: 2 } },
      ],
    ])("STORE-COMMIT: %s fails, and with it the whole commit", async (_, write, failure) => {
      const store = open();
      await done(store, create(key("there"), labelled({ app: "web" })));
      const result = await store.commit({ writes: [create(key("first")), write] });
      expect(result).toMatchObject({ ok: false, ...failure });
      expect((await store.status()).revision).toBe(2);
      expect(must(await store.read({ key: key("first") })).entry).toBeUndefined();
    });

    test("STORE-COMMIT: a write sees those before it in its commit", async () => {
      const store = open();
      expect(
        await store.commit({ writes: [create(key("a")), replace(key("a")), remove(key("a")), create(key("a"))] }),
      ).toEqual({
        ok: true,
        revisions: [2, 3, 4, 5],
      });
      expect((await store.check()).faults).toEqual([]);
    });

    test("STORE-GROUP: of concurrent creations of one key exactly one succeeds, and others in the group do not notice", async () => {
      const store = open();
      const results = await Promise.all([
        ...Array.from({ length: 8 }, () => store.commit({ writes: [create(key("one"))] })),
        store.commit({ writes: [create(key("other"))] }),
      ]);
      expect(results.filter(({ ok }) => ok)).toHaveLength(2);
      expect((await store.status()).revision).toBe(3);
    });

    test("STORE-SIZE: an object of more than 1.5 MiB is refused in etcd's words, a little less is kept", async () => {
      const store = open();
      const of = (bytes: number) => create(key("big"), bare, "x".repeat(bytes));
      expect(await store.commit({ writes: [of(1.5 * 1024 * 1024)] })).toEqual({
        ok: false,
        reason: "too-large",
        message: "etcdserver: request is too large",
      });
      await done(store, of(1.5 * 1024 * 1024 - 200));
    });

    test("STORE-LIMIT: no more objects than allowed; changing and deleting go on", async () => {
      const store = open();
      const limited = (...writes: Write[]) => store.commit({ writes, limits: { objects: 2 } });
      expect((await limited(create(key("a")), create(key("b")))).ok).toBe(true);
      const refusal = { ok: false, reason: "over-limit", message: "objects: used 2, limited to 2" };
      expect(await limited(create(key("c")))).toEqual(refusal);
      expect((await limited(replace(key("a")), remove(key("b")), create(key("c")))).ok).toBe(true);
      expect(await limited(create(key("d")))).toEqual(refusal);
      // Who names no limit has none.
      await done(store, create(key("d")));
      expect((await limited(remove(key("a")), remove(key("d")))).ok).toBe(true);
      expect((await limited(create(key("e")))).ok).toBe(true);
    });

    test("STORE-LIMIT: no more characters than allowed; what exists may grow by a tenth of it", async () => {
      const store = open();
      const limited = (write: Write) => store.commit({ writes: [write], limits: { bytes: 10_000 } });
      const of = (length: number) => "x".repeat(length);
      expect((await limited(create(key("a"), bare, of(9000)))).ok).toBe(true);
      const refused = await limited(create(key("b"), bare, of(1000)));
      expect(refused).toMatchObject({ reason: "over-limit", message: expect.stringContaining("limited to 10000") });
      expect((await limited(replace(key("a"), bare, of(10_500)))).ok).toBe(true);
      expect((await limited(replace(key("a"), bare, of(11_000)))).ok).toBe(false);
      expect((await limited(replace(key("a"), bare, of(10_000)))).ok).toBe(true);
    });

    test("STORE-POLICY: who decided with an older policy is refused, on every call", async () => {
      const store = open();
      const changed = await store.commit({ writes: [create(key("role"))], changesPolicy: true });
      expect(changed).toEqual({ ok: true, revisions: [2] });
      const old = { policyRevision: 1 as Revision };
      const refusal = { ok: false, reason: "stale-policy", policyRevision: 2 };
      expect(await store.commit({ writes: [create(key("a"))], ...old })).toEqual(refusal);
      expect(await store.read({ key: key("role"), ...old })).toEqual(refusal);
      expect(await store.readMany({ keys: [], ...old })).toEqual(refusal);
      expect(await store.list({ resource: "things", ...old })).toEqual(refusal);
      expect(await store.watch(watchOf(old))).toEqual(refusal);
      expect(must(await store.read({ key: key("role"), policyRevision: 2 as Revision })).entry?.revision).toBe(2);
    });

    test("STORE-LIFELINE: whose identity has ended is refused, on every call", async () => {
      const store = open();
      const who = key("who");
      const text = (uid: string, more = {}) => JSON.stringify({ metadata: { resourceVersion: "", uid, ...more } });
      const write = (op: "create" | "replace", body: string) =>
        store.commit({ writes: [{ op, key: who, text: body, attributes: bare }] });
      const asked = { lifelines: [{ key: who, uid: "one" }] };
      const refusal = { ok: false, reason: "identity-gone" };
      const holds = async () => (await store.readMany({ keys: [], ...asked })).ok;
      expect(await holds()).toBe(false);
      await write("create", text("one"));
      expect(await holds()).toBe(true);
      await write("replace", text("one", { deletionTimestamp: "2001-01-01T00:00:00Z" }));
      expect(await holds()).toBe(false);
      await write("replace", text("two"));
      expect(await store.commit({ writes: [create(key("a"))], ...asked })).toEqual(refusal);
      expect(await store.read({ key: who, ...asked })).toEqual(refusal);
      expect(await store.readMany({ keys: [], ...asked })).toEqual(refusal);
      expect(await store.list({ resource: "things", ...asked })).toEqual(refusal);
      expect(await store.watch(watchOf(asked))).toEqual(refusal);
      expect(must(await store.read({ key: key("a") })).entry).toBeUndefined();
    });

    test("STORE-POLICY: a change of policy refuses what comes after it in the same group", async () => {
      const store = open();
      const old = { policyRevision: 1 as Revision };
      const [first, second] = await Promise.all([
        store.commit({ writes: [create(key("role"))], changesPolicy: true, ...old }),
        store.commit({ writes: [create(key("a"))], ...old }),
      ]);
      expect([first?.ok, second]).toEqual([true, { ok: false, reason: "stale-policy", policyRevision: 2 }]);
    });
  });

  describe(`${title}: list`, () => {
    const order = [
      key("b", "ns1"),
      key("a", "ns2"),
      key("a", "ns1"),
      key("c", "ns1"),
      key("a", "ns"),
      key("other", "ns1", "gadgets"),
    ];
    const sorted = ["ns/a", "ns1/a", "ns1/b", "ns1/c", "ns2/a"];

    test.each<[string, Omit<Parameters<StoreUnderTest["list"]>[0], "resource">, string[], Partial<ListHead>]>([
      ["everything in key order", {}, sorted, { more: false, remaining: 0 }],
      ["one namespace", { namespace: "ns1" }, ["ns1/a", "ns1/b", "ns1/c"], { more: false }],
      ["one name in all namespaces", { name: "a" }, ["ns/a", "ns1/a", "ns2/a"], { more: false }],
      [
        "a page and what remains",
        { limit: 2 },
        ["ns/a", "ns1/a"],
        { more: true, remaining: 3, last: { namespace: "ns1", name: "a" } },
      ],
      [
        "the next page",
        { limit: 2, after: { namespace: "ns1", name: "a" } },
        ["ns1/b", "ns1/c"],
        { more: true, remaining: 1 },
      ],
      ["the last page", { limit: 2, after: { namespace: "ns1", name: "c" } }, ["ns2/a"], { more: false, remaining: 0 }],
      ["a page that is just full", { limit: 3, namespace: "ns1" }, ["ns1/a", "ns1/b", "ns1/c"], { more: false }],
      [
        "after a key that is not there",
        { after: { namespace: "ns1", name: "bb" } },
        ["ns1/c", "ns2/a"],
        { more: false },
      ],
    ])("STORE-LIST: %s", async (_, request, expected, head) => {
      const store = open();
      await done(store, ...order.map((of) => create(of)));
      const page = must(await store.list({ resource: "things", ...request }));
      expect(names(page)).toEqual(expected);
      expect(page).toMatchObject({ revision: 7, ...head });
      const streamed = must(
        await store.listStream({
          resource: "things",
          ...request,
          items: { dropPrefix: '{"kind":"Thing","apiVersion":"v1",' },
        }),
      );
      expect(streamed.head).toMatchObject({ revision: 7, ...head });
      const items = JSON.parse(`[${await whole(streamed.stream)}]`);
      expect(items.map((item: { metadata: Key }) => `${item.metadata.namespace}/${item.metadata.name}`)).toEqual(
        expected,
      );
      expect(items.every((item: object) => !("kind" in item))).toBe(true);
    });

    const objects: [string, Attributes][] = [
      ["web-1", labelled({ app: "web", rank: "10" }, { "spec.nodeName": "n1" })],
      ["web-2", labelled({ app: "web" }, { "status.phase": "Running" })],
      ["db", labelled({ app: "db", 'quo"te': "ä", rank: "9" }, { "spec.nodeName": "n2" })],
      ["bare", bare],
    ];
    const clause = (
      of: "label" | "field",
      at: string,
      operator: Requirement["operator"],
      ...values: string[]
    ): Requirement => ({
      of,
      key: at,
      operator,
      values,
    });
    test.each<[Requirement[], string[]]>([
      [[clause("label", "app", "in", "web")], ["web-1", "web-2"]],
      [[clause("label", "app", "in", "web", "db")], ["db", "web-1", "web-2"]],
      [[clause("label", "app", "notin", "web")], ["bare", "db"]],
      [[clause("label", "app", "exists")], ["db", "web-1", "web-2"]],
      [[clause("label", "app", "absent")], ["bare"]],
      [[clause("label", "rank", "gt", "9")], ["web-1"]],
      [[clause("label", "rank", "lt", "10")], ["db"]],
      [[clause("label", 'quo"te', "in", "ä")], ["db"]],
      [[clause("label", "app", "in", "web"), clause("field", "spec.nodeName", "in", "n1")], ["web-1"]],
      [[clause("field", "spec.nodeName", "in", "")], ["bare", "web-2"]],
      [[clause("field", "spec.nodeName", "notin", "n1")], ["bare", "db", "web-2"]],
      [[clause("field", "metadata.name", "in", "db")], ["db"]],
      [[clause("label", "n1", "exists")], []],
    ])("STORE-SELECT: %j selects %j", async (requirements, expected) => {
      const store = open();
      await done(store, ...objects.map(([name, attributes]) => create(key(name), attributes)));
      const page = must(await store.list({ resource: "things", requirements }));
      expect(page.items.map((item) => item.key.name)).toEqual(expected);
    });

    test("STORE-LIST: a page of a selector does not count what remains, and says more where keys are left", async () => {
      const store = open();
      await done(store, ...objects.map(([name, attributes]) => create(key(name), attributes)));
      const page = must(await store.list({ resource: "things", requirements: [has("app", "db")], limit: 1 }));
      expect([names(page), page.more, page.remaining]).toEqual([["default/db"], true, undefined]);
    });

    test("STORE-AT: pages at a revision show the state of that revision, whatever came after", async () => {
      const store = open();
      const at = await done(store, ...["a", "b", "c", "d", "e"].map((name) => create(key(name), labelled({ name }))));
      await done(
        store,
        remove(key("a")),
        replace(key("c"), labelled({ name: "new" })),
        create(key("bb")),
        remove(key("d")),
        create(key("d")),
      );
      await done(store, remove(key("e")), replace(key("c")), remove(key("bb")));
      const first = must(await store.list({ resource: "things", at, limit: 2 }));
      expect([names(first), first.remaining, first.revision]).toEqual([["default/a", "default/b"], 3, at]);
      const rest = must(await store.list({ resource: "things", at, ...(first.last && { after: first.last }) }));
      expect([names(rest), rest.remaining]).toEqual([["default/c", "default/d", "default/e"], 0]);
      expect(rest.items.every(({ revision }) => revision <= at)).toBe(true);
      expect(names(must(await store.list({ resource: "things", at, requirements: [has("name", "c")] })))).toEqual([
        "default/c",
      ]);
      expect(must(await store.read({ key: key("c"), at })).entry?.attributes.labels).toEqual({ name: "c" });
      expect(must(await store.read({ key: key("bb"), at })).entry).toBeUndefined();
      expect(names(must(await store.list({ resource: "things" })))).toEqual(["default/b", "default/c", "default/d"]);
    });

    test("STORE-STREAM: an open stream shows the state it began with, over writes and compaction", async () => {
      const store = open();
      const body = "x".repeat(100_000);
      await done(store, ...Array.from({ length: 20 }, (_, i) => create(key(`p${i + 10}`), bare, body)));
      const { stream } = must(await store.listStream({ resource: "things" }));
      await done(store, ...Array.from({ length: 20 }, (_, i) => remove(key(`p${i + 10}`))));
      await store.compact(keep(0));
      expect(JSON.parse(`[${await whole(stream)}]`)).toHaveLength(20);
      await store.compact(keep(0));
      expect((await store.status()).oldest).toBe(41);
      expect((await store.check()).faults).toEqual([]);
    });

    test("STORE-LIST: an answer that is built whole ends early, and goes on after its last", async () => {
      const store = open();
      const body = "x".repeat(1_000_000);
      for (let i = 10; i < 22; i++) await done(store, create(key(`p${i}`), bare, body));
      const first = must(await store.list({ resource: "things" }));
      expect(first.more).toBe(true);
      const rest = must(await store.list({ resource: "things", ...(first.last && { after: first.last }) }));
      expect([first.items.length + rest.items.length, first.remaining, rest.more]).toEqual([
        12,
        rest.items.length,
        false,
      ]);
    });
  });

  describe(`${title}: log`, () => {
    test("STORE-AFTER: tells each change with what it replaced, filtered and paged", async () => {
      const store = open();
      await done(
        store,
        create(key("a"), labelled({ v: "1" })),
        create(key("c", "", "gadgets")),
        replace(key("a"), labelled({ v: "2" })),
        remove(key("a")),
      );
      const all = must(await store.after({ revision: 1 as Revision }));
      expect(all.changes.map(({ type, key: of, previous }) => [type, of.name, previous?.labels])).toEqual([
        ["ADDED", "a", undefined],
        ["ADDED", "c", undefined],
        ["MODIFIED", "a", { v: "1" }],
        ["DELETED", "a", { v: "2" }],
      ]);
      expect(all.changes.at(-1)?.text).toBe(textOf(key("a"), "2").replace('""', '"5"'));
      expect([all.revision, all.more]).toEqual([5, false]);
      const pods = must(await store.after({ revision: 1 as Revision, resources: ["things"], limit: 1 }));
      expect([pods.changes.length, pods.revision, pods.more]).toEqual([1, 2, true]);
      const rest = must(await store.after({ revision: pods.revision, resources: ["things"], limit: 2 }));
      expect([rest.changes.length, rest.revision, rest.more]).toEqual([2, 5, false]);
      expect(must(await store.after({ revision: 2 as Revision, resources: ["none"] }))).toMatchObject({
        changes: [],
        revision: 5,
      });
    });

    test("STORE-AFTER: tells texts alone, without what the asker wrote itself", async () => {
      const store = open();
      await done(store, create(key("a")), create(key("b")), create(key("c")), remove(key("a")));
      const own = { from: 3 as Revision, through: 4 as Revision };
      const { changes, revision, more } = must(await store.texts({ revision: 1 as Revision, except: [own] }));
      const text = textOf(key("a")).replace('""', '"2"');
      expect(changes).toEqual([
        { type: "ADDED", revision: 2, key: key("a"), text },
        { type: "DELETED", revision: 5, key: key("a"), text: text.replace('"2"', '"5"') },
      ]);
      expect([revision, more]).toEqual([5, false]);
    });

    test("STORE-LOG: a deletion carries the text it was given", async () => {
      const store = open();
      await done(store, create(key("a")), { op: "delete", key: key("a"), text: textOf(key("a"), "last") });
      const { changes } = must(await store.after({ revision: 2 as Revision }));
      expect(changes[0]?.text).toBe(textOf(key("a"), "last").replace('""', '"3"'));
    });

    test("STORE-COMPACT: forgets what was superseded, keeps what stands, and refuses what it can no longer answer", async () => {
      const store = open();
      await done(
        store,
        create(key("kept")),
        create(key("a")),
        replace(key("a")),
        replace(key("a")),
        remove(key("a")),
        create(key("b")),
        replace(key("b")),
      );
      await store.compact(keep(2));
      const oldest = 6;
      expect(await store.status()).toMatchObject({ revision: 8, oldest });
      const compacted = { ok: false, reason: "compacted", oldest };
      const before = 5 as Revision;
      expect(await store.list({ resource: "things", at: before })).toEqual(compacted);
      expect(await store.after({ revision: before })).toEqual(compacted);
      expect(await store.read({ key: key("a"), at: before })).toEqual(compacted);
      expect(await store.watch(watchOf({ since: before }))).toEqual(compacted);
      expect(names(must(await store.list({ resource: "things", at: oldest as Revision })))).toEqual(["default/kept"]);
      expect(names(must(await store.list({ resource: "things" })))).toEqual(["default/b", "default/kept"]);
      expect(must(await store.after({ revision: oldest as Revision })).changes).toHaveLength(2);
      expect((await store.check()).faults).toEqual([]);
    });

    test("STORE-AT: a revision that has not happened is refused as future", async () => {
      const store = open();
      const future = { ok: false, reason: "future", revision: 1 };
      expect(await store.list({ resource: "things", at: 9 as Revision })).toEqual(future);
      expect(await store.watch(watchOf({ since: 9 as Revision }))).toEqual(future);
    });
  });

  describe(`${title}: backup`, () => {
    const a = key("a");
    const b = key("b", "other");
    const gadget = key("g", "", "gadgets");
    const nothing: Spared = { untouched: [], undeleted: [] };
    const objectsOf = async (store: StoreUnderTest, without: readonly string[] = []) => {
      const lines = (await whole(await store.backup("name", without))).trimEnd().split("\n");
      const head = parseBackupHead(lines[0] ?? "");
      expect(lines.at(-1)).toBe(BACKUP_END);
      const objects = lines.slice(1, -1).map((line) => parseBackupObject(line) as BackupObject);
      expect(head?.objects).toBe(objects.length);
      return { head, objects };
    };
    const standing = async (store: StoreUnderTest, resource = "things") => {
      const page = await store.list({ resource });
      return page.ok ? page.items.map(({ key, text }) => `${key.name} ${JSON.parse(text).body}`) : page;
    };

    test("BACKUP-REVISION: it holds what stood when it began, over writes and compaction", async () => {
      const store = open();
      await store.commit({ writes: [create(a), create(b, labelled({ x: '\u2028\r\n"' })), create(gadget)] });
      const stream = await store.backup("name", ["gadgets"]);
      await store.commit({ writes: [replace(a), remove(b)] });
      await store.compact(keep(0));
      const lines = (await whole(stream)).trimEnd().split("\n");
      expect(parseBackupHead(lines[0] ?? "")).toMatchObject({ revision: 4, objects: 2 });
      expect(lines.slice(1, -1).map(parseBackupObject)).toEqual([
        ["things", "default", "a", 2, JSON.stringify(bare), textOf(a).replace('Version":""', 'Version":"2"')],
        [
          "things",
          "other",
          "b",
          3,
          JSON.stringify(labelled({ x: '\u2028\r\n"' })),
          textOf(b).replace('Version":""', 'Version":"3"'),
        ],
      ]);
    });

    test("RESTORE-STATE: the objects are those of the backup, at revisions that go on; what is the same stays", async () => {
      const source = open();
      await source.commit({ writes: [create(a), create(b, labelled({ x: "y" }))] });
      const { objects } = await objectsOf(source);
      const store = open();
      await store.commit({
        writes: [create(a), create(key("c")), create(gadget), create(key("spared", "", "machines"))],
      });
      const report = await store.restore(objects, { untouched: ["gadgets"], undeleted: ["machines"] });
      expect(report).toEqual({ revision: 7, created: 1, replaced: 0, deleted: 1, unchanged: 1 });
      expect(await standing(store)).toEqual(["a 1", "b 1"]);
      expect(await standing(store, "gadgets")).toEqual(["g 1"]);
      expect(await standing(store, "machines")).toEqual(["spared 1"]);
      const selected = await store.list({ resource: "things", requirements: [has("x", "y")] });
      expect(selected.ok && selected.items.map(({ revision, text }) => [revision, JSON.parse(text).metadata])).toEqual([
        [6, { name: "b", namespace: "other", resourceVersion: "6" }],
      ]);
      expect((await store.check()).faults).toEqual([]);
    });

    test("RESTORE-STATE: it is a change of the log, which who reads it sees, and all policy is stale", async () => {
      const source = open();
      await source.commit({ writes: [create(a, bare, "old")] });
      const { objects } = await objectsOf(source);
      await source.commit({ writes: [replace(a), create(key("new"))] });
      await source.restore(objects, nothing);
      const tail = await source.after({ revision: 4 as Revision });
      expect(tail.ok && tail.changes.map(({ type, key }) => `${type} ${key.name}`)).toEqual([
        "MODIFIED a",
        "DELETED new",
      ]);
      const stale = await source.commit({ writes: [], policyRevision: 4 as Revision });
      expect(stale).toMatchObject({ ok: false, reason: "stale-policy", policyRevision: 6 });
      expect(await standing(source)).toEqual(["a old"]);
      await source.commit({ writes: [create(key("after"))] });
      expect((await source.check()).faults).toEqual([]);
    });

    test("RESTORE-TIME: a log that goes on from a later revision keeps what stands, and no history", async () => {
      const store = open();
      await store.commit({ writes: [create(a), create(b), create(key("c"))] });
      await store.commit({ writes: [replace(a), remove(b)] });
      await store.advance(100 as Revision);
      expect(await store.status()).toEqual({ revision: 100, oldest: 100, policyRevision: 100 });
      expect(await standing(store)).toEqual(["a 2", "c 1"]);
      expect(await store.after({ revision: 6 as Revision })).toMatchObject({ ok: false, reason: "compacted" });
      const written = await store.commit({ writes: [replace(a, bare, "3"), create(b)] });
      expect(written).toEqual({ ok: true, revisions: [101, 102] });
      const tail = await store.after({ revision: 100 as Revision });
      expect(tail.ok && tail.changes.map(({ type, revision, key }) => `${type} ${key.name} ${revision}`)).toEqual([
        "MODIFIED a 101",
        "ADDED b 102",
      ]);
      expect((await store.check()).faults).toEqual([]);
    });
  });

  describe(`${title}: watch`, () => {
    test("WATCH-RESUME: tells history after a revision, then what happens, each once and in order", async () => {
      const store = open();
      await done(store, create(key("before")));
      const since = (await store.status()).revision;
      await done(store, create(key("a")), create(key("x", "default", "gadgets")), replace(key("a")));
      const { stream } = must(await store.watch(watchOf({ since })));
      const read = events(stream, 6);
      await done(store, remove(key("a")), create(key("b")));
      await Promise.all(["c", "d"].map((name) => done(store, create(key(name)))));
      expect(await read).toEqual(["ADDED a@3", "MODIFIED a@5", "DELETED a@6", "ADDED b@7", "ADDED c@8", "ADDED d@9"]);
    });

    test("WATCH-START: without a revision the current state comes first", async () => {
      const store = open();
      await done(store, create(key("b")), create(key("a")));
      const read = events(must(await store.watch(watchOf())).stream, 3);
      await done(store, create(key("c")));
      expect(await read).toEqual(["ADDED a@3", "ADDED b@2", "ADDED c@4"]);
    });

    test("WATCH-INITIAL: a streaming list ends in an annotated bookmark, also of nothing", async () => {
      const store = open();
      await done(store, create(key("a")));
      const initial = { sendInitialEvents: true, bookmarks: true } as const;
      expect(await events(must(await store.watch(watchOf(initial))).stream, 2)).toEqual([
        "ADDED a@2",
        "BOOKMARK @2 end",
      ]);
      const none = watchOf({ ...initial, requirements: [has("no", "such")] });
      expect(await events(must(await store.watch(none)).stream, 1)).toEqual(["BOOKMARK @2 end"]);
    });

    test("WATCH-SELECT: an object that begins or ceases to match is added or deleted, live as in history", async () => {
      const store = open();
      const at = (x: string) => labelled({ x });
      const request = watchOf({ since: (await store.status()).revision, requirements: [has("x", "1")] });
      const live = events(must(await store.watch(request)).stream, 5);
      await done(store, create(key("a"), at("0")));
      for (const x of ["1", "1", "2", "1"]) await done(store, replace(key("a"), at(x), x));
      await done(store, remove(key("a")));
      const expected = ["ADDED a@3", "MODIFIED a@4", "DELETED a@5", "ADDED a@6", "DELETED a@7"];
      expect(await live).toEqual(expected);
      expect(await events(must(await store.watch(request)).stream, 5)).toEqual(expected);
    });

    test("WATCH-SELECT: what ceases to match is told as it last matched", async () => {
      const store = open();
      const since = await done(store, create(key("a"), labelled({ x: "1" }), "matched"));
      await done(store, replace(key("a"), bare, "not"));
      const { stream } = must(await store.watch(watchOf({ since, requirements: [has("x", "1")] })));
      const reader = (stream as Bytes).getReader();
      const line = new TextDecoder().decode((await reader.read()).value);
      await reader.cancel();
      expect(line).toBe(`{"type":"DELETED","object":${textOf(key("a"), "matched").replace('""', '"3"')}}\n`);
    });

    test.each<[string, Partial<WatchRequest>, string[]]>([
      ["a namespace", { namespace: "ns1" }, ["ADDED a@2", "ADDED b@3", "MODIFIED a@5"]],
      ["a name", { namespace: "ns1", name: "a" }, ["ADDED a@2", "MODIFIED a@5"]],
      ["a name in all namespaces", { name: "a" }, ["ADDED a@2", "ADDED a@4", "MODIFIED a@5"]],
      [
        "a node",
        { requirements: [{ of: "field", key: "spec.nodeName", operator: "in", values: ["n1"] }] },
        ["ADDED b@3", "ADDED a@5"],
      ],
      [
        "no node",
        { requirements: [{ of: "field", key: "spec.nodeName", operator: "in", values: [""] }] },
        ["ADDED a@2", "ADDED a@4", "DELETED a@5"],
      ],
    ])("WATCH-GROUP: a watch of %s gets what is its own, live as in history", async (_, wanted, expected) => {
      const store = open();
      const request = watchOf({ since: 1 as Revision, ...wanted });
      const live = events(must(await store.watch(request)).stream, expected.length);
      const onNode = labelled({}, { "spec.nodeName": "n1" });
      await done(store, create(key("a", "ns1")), create(key("b", "ns1"), onNode), create(key("a", "ns2")));
      await done(store, replace(key("a", "ns1"), onNode), create(key("a", "ns1", "gadgets")));
      expect(await live).toEqual(expected);
      expect(await events(must(await store.watch(request)).stream, expected.length)).toEqual(expected);
    });

    test("WATCH-END: an idle watch ends when its time is over", async () => {
      const store = open();
      const since = (await store.status()).revision;
      expect(await events(must(await store.watch(watchOf({ since, timeoutSeconds: 0.2 }))).stream, 1)).toEqual([]);
    });

    test("WATCH-BOOKMARK: one comes before the end, at a revision that everything was told up to", async () => {
      const store = open();
      await done(store, create(key("other", "", "gadgets")));
      const request = watchOf({ since: 1 as Revision, bookmarks: true, timeoutSeconds: 2.2 });
      expect(await events(must(await store.watch(request)).stream, 2)).toEqual(["BOOKMARK @2"]);
    });

    test("WATCH-SLOW: a client that is told a state so slowly that it is compacted is told to list again", async () => {
      const store = open();
      const body = "x".repeat(100_000);
      await done(store, ...Array.from({ length: 20 }, (_, i) => create(key(`p${i + 10}`), bare, body)));
      const { stream } = must(await store.watch(watchOf()));
      await done(store, ...Array.from({ length: 20 }, (_, i) => replace(key(`p${i + 10}`))));
      await store.compact(keep(0));
      expect((await whole(stream)).trim().split("\n").at(-1)).toMatch(
        /^{"type":"ERROR",.*"reason":"Expired","code":410}}$/,
      );
    });

    test("WATCH-SLOW: a client that falls behind misses nothing when it reads again", async () => {
      const store = open();
      const { stream } = must(await store.watch(watchOf({ since: 1 as Revision })));
      const body = "x".repeat(100_000);
      for (let i = 0; i < 20; i++) await done(store, create(key(`p${i}`), bare, body));
      const told = await events(stream, 20);
      expect(told).toEqual(Array.from({ length: 20 }, (_, i) => `ADDED p${i}@${i + 2}`));
    });
  });
}
