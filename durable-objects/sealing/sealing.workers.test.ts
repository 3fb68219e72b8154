import { env, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import type { Key, Revision, Write } from "../../api/store/store.ts";
import type { Env } from "../../worker/env.ts";
import { SqliteTables } from "../store/tables/sqlite-tables.ts";
import { Sealer } from "./sealer.ts";

const { CLUSTER_STORE, CLUSTER_KEYS, ENCRYPTION_KEYS } = env as Env & { ENCRYPTION_KEYS: string };
const secret: Key = { resource: "secrets", namespace: "default", name: "s" };
const textOf = (value: string) =>
  `{"kind":"Secret","apiVersion":"v1","metadata":{"name":"s","resourceVersion":""},"data":{"a":"${value}"}}`;
const write = (op: "create" | "replace", value: string, key = secret): Write => ({
  op,
  key,
  text: textOf(value),
  attributes: { labels: { a: "b" }, fields: { type: "Opaque" } },
});

/** Everything in the object's database, as a disk backup would contain it. */
const onDisk = (name: string): Promise<string> =>
  runInDurableObject(CLUSTER_STORE.getByName(name), (_, { storage }) =>
    [...storage.sql.exec("SELECT * FROM log").raw()]
      .flat()
      .map((value) => (value instanceof ArrayBuffer ? new TextDecoder("latin1").decode(value) : String(value)))
      .join("\n"),
  );

test("STORE-SEALED: no state of a Secret is on disk in plain text, while reads, lists and the log return it", async () => {
  const store = CLUSTER_STORE.getByName("sealed-store");
  await store.commit({
    writes: [write("create", "first"), write("create", "open", { ...secret, resource: "others" })],
  });
  await store.commit({ writes: [write("replace", "second")] });
  await store.commit({ writes: [{ op: "delete", key: secret }] });
  const disk = await onDisk("sealed-store");
  expect(disk).toContain("open");
  expect(disk).not.toContain("first");
  expect(disk).not.toContain("second");
  const tail = await store.after({ revision: 1 as Revision, resources: ["secrets"] });
  if (!tail.ok) throw new Error(tail.reason);
  expect(tail.changes.map(({ type, text }) => [type, JSON.parse(text).data.a])).toEqual([
    ["ADDED", "first"],
    ["MODIFIED", "second"],
    ["DELETED", "second"],
  ]);
});

test("SEAL-ROTATE: a new key replaces the old one in a few texts at a time: each may have 1.5 MiB", async () => {
  const store = CLUSTER_STORE.getByName("sealed-many");
  const keys = Array.from({ length: 40 }, (_, i) => ({ ...secret, name: `s${i}` }));
  await store.commit({ writes: keys.map((key) => write("create", key.name, key)) });
  const next = `2:${btoa("0123456789abcdef0123456789abcdef")}`;
  await runInDurableObject(store, async (_, { storage }) => {
    const resources = new Set(["secrets"]);
    const both = Sealer.parse(`${next},${ENCRYPTION_KEYS}`) as Sealer;
    expect([...(await SqliteTables.open(storage, { sealer: both, resources })).reseal()].length).toBeGreaterThan(2);
    const alone = await SqliteTables.open(storage, { sealer: Sealer.parse(next) as Sealer, resources });
    const texts = alone.entries(alone.revisions({ resource: "secrets" }, 100));
    expect([...texts].map(({ key, text }) => JSON.parse(text).data.a === key.name)).toEqual(keys.map(() => true));
    // The object itself and its listeners only know the first key.
    const back = Sealer.parse(`${ENCRYPTION_KEYS},${next}`) as Sealer;
    for (const _ of (await SqliteTables.open(storage, { sealer: back, resources })).reseal());
  });
});

test("STORE-SEALED: a new key replaces the old one in all rows, and encrypts rows that were plain text", async () => {
  const name = "sealed-rotation";
  const store = CLUSTER_STORE.getByName(name);
  await store.commit({ writes: [write("create", "first")] });
  await store.commit({ writes: [write("replace", "second")] });
  const next = `2:${btoa("0123456789abcdef0123456789abcdef")}`;
  await runInDurableObject(store, async (_, { storage }) => {
    // As a version without encryption would have stored it.
    const open = textOf("third").replace('""', '"4"');
    storage.sql.exec("INSERT INTO log VALUES (4, NULL, 0, 0, 'secrets', 'default', 'old', '{}', ?)", open);
    const resources = new Set(["secrets"]);
    const both = await SqliteTables.open(storage, {
      sealer: Sealer.parse(`${next},${ENCRYPTION_KEYS}`) as Sealer,
      resources,
    });
    expect([...both.reseal()].length).toBeGreaterThan(0);
    expect([...both.reseal()]).toEqual([]);
    const alone = await SqliteTables.open(storage, { sealer: Sealer.parse(next) as Sealer, resources });
    const texts = [...alone.texts([2, 3, 4] as Revision[])];
    expect(texts.map((text) => JSON.parse(text).data.a)).toEqual(["first", "second", "third"]);
    const without = await SqliteTables.open(storage);
    expect(() => without.current(secret)).toThrow("sealed with encryption key 2, and this deployment has none");
    // The object itself and its listeners only know the first key.
    const back = Sealer.parse(`${ENCRYPTION_KEYS},${next}`) as Sealer;
    for (const _ of (await SqliteTables.open(storage, { sealer: back, resources })).reseal());
  });
  expect(await onDisk(name)).not.toContain("third");
});

test("SEAL-KEYS: a cluster's private keys are not stored in plain text in its object", async () => {
  const keys = CLUSTER_KEYS.getByName("sealed-keys");
  await keys.sign({});
  await keys.clientAuthority();
  await runInDurableObject(keys, (_, { storage }) => {
    const stored = [...storage.kv.list()].map(([, value]) => JSON.stringify(value));
    expect(stored).toHaveLength(2);
    expect(stored.join()).not.toContain('"d":');
  });
});
