/** The log contract of every store. */
import { describe, expect, test } from "vitest";
import type { Revision } from "../../api/store/store.ts";
import {
  create,
  done,
  key,
  labelled,
  must,
  names,
  type OpenStore,
  remove,
  replace,
  textOf,
  watchOf,
  windowOf,
} from "./store-under-test.ts";

export function logContract(title: string, open: OpenStore): void {
  describe(`${title}: log`, () => {
    test("STORE-AFTER: returns each change with the state that it replaced, filtered and paged", async () => {
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

    test("STORE-AFTER: returns only texts, without the caller's own writes", async () => {
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

    test("STORE-LOG: a deletion event has the text of the deletion", async () => {
      const store = open();
      await done(store, create(key("a")), { op: "delete", key: key("a"), text: textOf(key("a"), "last") });
      const { changes } = must(await store.after({ revision: 2 as Revision }));
      expect(changes[0]?.text).toBe(textOf(key("a"), "last").replace('""', '"3"'));
    });

    test("STORE-COMPACT: removes superseded revisions, keeps current objects, and refuses reads of the past", async () => {
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
      await store.compact(windowOf(2));
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
      expect(await store.check()).toMatchObject({ objects: 2, entries: 3, faults: [] });
    });

    test("STORE-AT: a future revision is refused as such", async () => {
      const store = open();
      const future = { ok: false, reason: "future", revision: 1 };
      expect(await store.list({ resource: "things", at: 9 as Revision })).toEqual(future);
      expect(await store.watch(watchOf({ since: 9 as Revision }))).toEqual(future);
    });
  });
}
