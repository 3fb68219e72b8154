/** The backup and restore contract of every store. */
import { describe, expect, test } from "vitest";
import { BACKUP_END, type BackupObject, parseBackupHead, parseBackupObject } from "../../api/backup.ts";
import type { Revision } from "../../api/store/store.ts";
import type { RetainedObjects } from "../../durable-objects/store/backup/restore.ts";
import {
  bare,
  create,
  has,
  key,
  labelled,
  type OpenStore,
  remove,
  replace,
  type StoreUnderTest,
  textOf,
  whole,
  windowOf,
} from "./store-under-test.ts";

export function backupContract(title: string, open: OpenStore): void {
  describe(`${title}: backup`, () => {
    const a = key("a");
    const b = key("b", "other");
    const gadget = key("g", "", "gadgets");
    const nothing: RetainedObjects = { untouched: [], undeleted: [] };
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

    test("BACKUP-REVISION: it contains the state at its start, despite later writes and compaction", async () => {
      const store = open();
      await store.commit({ writes: [create(a), create(b, labelled({ x: '\u2028\r\n"' })), create(gadget)] });
      const stream = await store.backup("name", ["gadgets"]);
      await store.commit({ writes: [replace(a), remove(b)] });
      await store.compact(windowOf(0));
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

    test("RESTORE-STATE: the objects are those of the backup, at newer revisions; unchanged ones stay", async () => {
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

    test("RESTORE-STATE: a restore is a change in the log that readers see, and makes all policy stale", async () => {
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

    test("RESTORE-TIME: a log that continues from a later revision keeps current objects but no history", async () => {
      const store = open();
      await store.commit({ writes: [create(a), create(b), create(key("c"))] });
      await store.commit({ writes: [replace(a), remove(b)] });
      await store.advance(100 as Revision);
      expect(await store.status()).toMatchObject({ revision: 100, oldest: 100, policyRevision: 100 });
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
}
