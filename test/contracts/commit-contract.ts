/** The commit contract of every store. */
import { describe, expect, test } from "vitest";
import type { Revision, Write } from "../../api/store/store.ts";
import {
  bare,
  create,
  done,
  has,
  key,
  labelled,
  must,
  type OpenStore,
  remove,
  replace,
  textOf,
  watchOf,
} from "./store-under-test.ts";

export function commitContract(title: string, open: OpenStore): void {
  describe(`${title}: commit`, () => {
    test("STORE-LOG: an empty store is at revision 1, and each write takes the next", async () => {
      const store = open();
      expect(await store.status()).toMatchObject({ revision: 1, oldest: 1, policyRevision: 1 });
      const result = await store.commit({
        writes: [create(key("a")), { op: "expect", key: key("a"), exists: true }, create(key("b"))],
      });
      expect(result).toEqual({ ok: true, revisions: [2, 2, 3] });
    });

    test("STORE-SPLICE: the revision is written only into the object's own resourceVersion", async () => {
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
      ["replacing a missing object", replace(key("gone")), { reason: "missing", write: 1 }],
      [
        "replacing another revision",
        { ...replace(key("there")), ifRevision: stale } as Write,
        { reason: "conflict", current: { revision: 2 } },
      ],
      ["deleting a missing object", remove(key("gone")), { reason: "missing" }],
      ["deleting another revision", { op: "delete", key: key("there"), ifRevision: stale }, { reason: "conflict" }],
      ["expecting a missing object", { op: "expect", key: key("gone"), exists: true }, { reason: "unexpected" }],
      [
        "expecting an existing object to be absent",
        { op: "expect", key: key("there"), exists: false },
        { reason: "unexpected" },
      ],
      [
        "expecting other attributes",
        { op: "expect", key: key("there"), exists: true, requirements: [has("app", "other")] },
        { reason: "unexpected", current: { revision: 2 } },
      ],
    ])("STORE-COMMIT: %s fails the whole commit", async (_, write, failure) => {
      const store = open();
      await done(store, create(key("there"), labelled({ app: "web" })));
      const result = await store.commit({ writes: [create(key("first")), write] });
      expect(result).toMatchObject({ ok: false, ...failure });
      expect((await store.status()).revision).toBe(2);
      expect(must(await store.read({ key: key("first") })).entry).toBeUndefined();
    });

    test("STORE-COMMIT: expectations that hold let the commit through", async () => {
      const store = open();
      await done(store, create(key("there"), labelled({ app: "web" })));
      const requirements = [has("app", "web")];
      const writes: Write[] = [
        { op: "expect", key: key("there"), exists: true, requirements },
        { op: "expect", key: key("gone"), exists: false, requirements },
        create(key("a")),
      ];
      expect(await store.commit({ writes })).toEqual({ ok: true, revisions: [2, 2, 3] });
    });

    test("STORE-COMMIT: a write sees earlier writes of its commit", async () => {
      const store = open();
      expect(
        await store.commit({ writes: [create(key("a")), replace(key("a")), remove(key("a")), create(key("a"))] }),
      ).toEqual({
        ok: true,
        revisions: [2, 3, 4, 5],
      });
      expect((await store.check()).faults).toEqual([]);
    });

    test("STORE-GROUP: exactly one of several concurrent creates of a key succeeds, and others in the group are not affected", async () => {
      const store = open();
      const results = await Promise.all([
        ...Array.from({ length: 8 }, () => store.commit({ writes: [create(key("one"))] })),
        store.commit({ writes: [create(key("other"))] }),
      ]);
      expect(results.filter(({ ok }) => ok)).toHaveLength(2);
      expect((await store.status()).revision).toBe(3);
    });

    test("STORE-SIZE: an object of more than 1.5 MiB is refused with etcd's message, a slightly smaller one is stored", async () => {
      const store = open();
      const of = (bytes: number) => create(key("big"), bare, "x".repeat(bytes));
      expect(await store.commit({ writes: [of(1.5 * 1024 * 1024)] })).toEqual({
        ok: false,
        reason: "too-large",
        message: "etcdserver: request is too large",
      });
      await done(store, of(1.5 * 1024 * 1024 - 200));
    });

    test("STORE-LIMIT: no more objects than the limit; updates and deletes still work", async () => {
      const store = open();
      const limited = (...writes: Write[]) => store.commit({ writes, limits: { objects: 2 } });
      expect((await limited(create(key("a")), create(key("b")))).ok).toBe(true);
      const refusal = { ok: false, reason: "over-limit", message: "objects: used 2, limited to 2" };
      expect(await limited(create(key("c")))).toEqual(refusal);
      expect((await limited(replace(key("a")), remove(key("b")), create(key("c")))).ok).toBe(true);
      expect(await limited(create(key("d")))).toEqual(refusal);
      // A request without a limit is not limited.
      await done(store, create(key("d")));
      expect((await limited(remove(key("a")), remove(key("d")))).ok).toBe(true);
      expect((await limited(create(key("e")))).ok).toBe(true);
    });

    test("STORE-LIMIT: no more characters than the limit; existing objects may exceed it by a tenth", async () => {
      const store = open();
      const limited = (write: Write) => store.commit({ writes: [write], limits: { bytes: 10_000 } });
      const of = (length: number) => "x".repeat(length);
      expect((await limited(create(key("a"), bare, of(9000)))).ok).toBe(true);
      const used = must(await store.read({ key: key("a") })).entry?.text.length;
      const message = `bytes: used ${used}, limited to 10000`;
      expect(await limited(create(key("b"), bare, of(1000)))).toEqual({ ok: false, reason: "over-limit", message });
      expect((await limited(replace(key("a"), bare, of(10_500)))).ok).toBe(true);
      expect((await limited(replace(key("a"), bare, of(11_000)))).ok).toBe(false);
      expect((await limited(replace(key("a"), bare, of(10_000)))).ok).toBe(true);
      // The last state of a deleted object is not counted.
      expect((await limited({ op: "delete", key: key("a"), text: textOf(key("a"), of(9000)) })).ok).toBe(true);
      expect((await limited(create(key("b"), bare, of(9000)))).ok).toBe(true);
    });

    test("STORE-POLICY: every call that was authorized with an older policy is refused", async () => {
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

    test("STORE-LIFELINE: a request whose identity has ended is refused, on every call", async () => {
      const store = open();
      const who = key("who");
      const text = (uid: string, more = {}) => JSON.stringify({ metadata: { resourceVersion: "", uid, ...more } });
      const write = (op: "create" | "replace", body: string) =>
        store.commit({ writes: [{ op, key: who, text: body, attributes: bare }] });
      const requested = { lifelines: [{ key: who, uid: "one" }] };
      const refusal = { ok: false, reason: "identity-gone" };
      const holds = async () => (await store.readMany({ keys: [], ...requested })).ok;
      expect(await holds()).toBe(false);
      await write("create", text("one"));
      expect(await holds()).toBe(true);
      await write("replace", text("one", { deletionTimestamp: "2001-01-01T00:00:00Z" }));
      expect(await holds()).toBe(false);
      await write("replace", text("two"));
      expect(await store.commit({ writes: [create(key("a"))], ...requested })).toEqual(refusal);
      const both = { lifelines: [{ key: who, uid: "two" }, ...requested.lifelines] };
      expect(await store.commit({ writes: [create(key("a"))], ...both })).toEqual(refusal);
      expect(await store.read({ key: who, ...requested })).toEqual(refusal);
      expect(await store.readMany({ keys: [], ...requested })).toEqual(refusal);
      expect(await store.list({ resource: "things", ...requested })).toEqual(refusal);
      expect(await store.watch(watchOf(requested))).toEqual(refusal);
      expect(must(await store.read({ key: key("a") })).entry).toBeUndefined();
    });

    test("STORE-POLICY: a policy change refuses later calls in the same group", async () => {
      const store = open();
      const old = { policyRevision: 1 as Revision };
      const [first, second] = await Promise.all([
        store.commit({ writes: [create(key("role"))], changesPolicy: true, ...old }),
        store.commit({ writes: [create(key("a"))], ...old }),
      ]);
      expect([first?.ok, second]).toEqual([true, { ok: false, reason: "stale-policy", policyRevision: 2 }]);
    });
  });
}
