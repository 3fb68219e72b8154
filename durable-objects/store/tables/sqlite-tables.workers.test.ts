import { env, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import type { Revision } from "../../../api/store/store.ts";
import type { Env } from "../../../worker/env.ts";
import { SqliteTables } from "./sqlite-tables.ts";

const { CLUSTER_STORE } = env as Env;
const at = (revision: number) => revision as Revision;

/** The largest value that a database takes on Cloudflare; workerd elsewhere takes any. */
const MAX_VALUE = 2_000_000;

/** An object that was written so often: the log begins with revision 2. */
const withHistory = (name: string, writes: number, run: (tables: SqliteTables, sql: SqlStorage) => void) =>
  runInDurableObject(CLUSTER_STORE.getByName(name), async (_, { storage }) => {
    await SqliteTables.open(storage);
    storage.sql.exec(
      `WITH RECURSIVE entry(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM entry WHERE n <= ?)
       INSERT INTO log (revision, replaced, tombstone, committed, resource, namespace, name, attributes, text)
       SELECT n, iif(n = 2, NULL, n - 1), 0, 0, 'configmaps', 'n', 'a', '{}', '{}' FROM entry`,
      writes,
    );
    const limited = {
      transactionSync: <T>(apply: () => T) => storage.transactionSync(apply),
      sql: {
        exec(query: string, ...values: SqlStorageValue[]) {
          expect(values.every((value) => String(value).length <= MAX_VALUE)).toBe(true);
          return storage.sql.exec(query, ...values);
        },
      },
    };
    run(await SqliteTables.open(limited as DurableObjectStorage), storage.sql);
  });

test("a log that is read in part leaves no statement open: the write-ahead log could not be emptied meanwhile", () =>
  withHistory("read-in-part", 1000, (tables, sql) => {
    sql.exec("CREATE TABLE other (n INTEGER)");
    const read: number[] = [];
    for (const { revision } of tables.rowsBetween(at(1), at(1001), ["configmaps"]))
      if (read.push(revision) === 3) break;
    expect(read).toEqual([2, 3, 4]);
    // SQLite refuses this while any statement is open.
    sql.exec("DROP TABLE other");
    expect([...tables.rowsBetween(at(10), at(900))].map(({ revision }) => revision)).toEqual(
      Array.from({ length: 890 }, (_, i) => i + 11),
    );
  }));

test("STORE-COMPACT: a history of any length is forgotten at once, as after a rewind", () =>
  withHistory("long-history", 400_000, (tables, sql) => {
    tables.compact(at(1), at(400_001));
    expect([...sql.exec("SELECT revision FROM log").raw()]).toEqual([[400_001]]);
  }));
