import { env, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import type { Revision } from "../../../api/store/store.ts";
import type { Env } from "../../../worker/env.ts";
import { SqliteTables } from "./sqlite-tables.ts";

const { CLUSTER_STORE } = env as Env;
const at = (revision: number) => revision as Revision;

/** The largest value that a database takes on Cloudflare; workerd elsewhere takes any. */
const MAX_VALUE = 2_000_000;

type Cursors = readonly SqlStorageCursor<Record<string, SqlStorageValue>>[];

/** An object that was written so often: the log begins with revision 2. */
const withHistory = (
  name: string,
  writes: number,
  run: (tables: SqliteTables, sql: SqlStorage, cursors: Cursors) => void,
) =>
  runInDurableObject(CLUSTER_STORE.getByName(name), async (_, { storage }) => {
    await SqliteTables.open(storage);
    storage.sql.exec(
      `WITH RECURSIVE entry(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM entry WHERE n <= ?)
       INSERT INTO log (revision, replaced, tombstone, committed, resource, namespace, name, attributes, text)
       SELECT n, iif(n = 2, NULL, n - 1), 0, 0, 'configmaps', 'n', 'a', '{}', '{}' FROM entry`,
      writes,
    );
    const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
    const limited = {
      transactionSync: <T>(apply: () => T) => storage.transactionSync(apply),
      sql: {
        exec(query: string, ...values: SqlStorageValue[]) {
          expect(values.every((value) => String(value).length <= MAX_VALUE)).toBe(true);
          const cursor = storage.sql.exec(query, ...values);
          cursors.push(cursor);
          return cursor;
        },
      },
    };
    run(await SqliteTables.open(limited as DurableObjectStorage), storage.sql, cursors);
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

test.each([1, 3, 12, 40])(
  "of a log, little more is read than the %i rows that are wanted: each may be large",
  (wanted) =>
    withHistory(`read-${wanted}`, 1000, (tables, _, cursors) => {
      const before = cursors.length;
      let read = 0;
      for (const _ of tables.rowsBetween(at(1), at(1001), ["configmaps"])) if (++read === wanted) break;
      // A row is read with the one that it replaced.
      const rows = cursors.slice(before).reduce((sum, { rowsRead }) => sum + rowsRead, 0);
      expect(rows).toBeLessThanOrEqual(2 * Math.max(4, 2 * wanted));
    }),
);

test("STORE-COMPACT: a history of any length is forgotten at once, as after a rewind", () =>
  withHistory("long-history", 400_000, (tables, sql) => {
    tables.compact(at(1), at(400_001));
    expect([...sql.exec("SELECT revision FROM log").raw()]).toEqual([[400_001]]);
  }));
