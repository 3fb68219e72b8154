import { expect, test } from "vitest";
import type { Key, Revision } from "../../../api/store/store.ts";
import { MemoryTables } from "./memory-tables.ts";
import { RecentTables } from "./recent-tables.ts";

const key = (name: string): Key => ({ resource: "things", namespace: "", name });

/** Tables that count how often they are requested, and RecentTables on top of them. */
function opened() {
  const tables = new MemoryTables();
  const requested = { current: 0, rows: 0 };
  const current = tables.current.bind(tables);
  const rowsBetween = tables.rowsBetween.bind(tables);
  tables.current = (of) => {
    requested.current++;
    return current(of);
  };
  tables.rowsBetween = (...range) => {
    requested.rows++;
    return rowsBetween(...range);
  };
  const recent = new RecentTables(tables);
  let revision = recent.marks().revision;
  const write = (name: string, text: string, tombstone = false) => {
    const replaced = recent.current(key(name))?.revision ?? null;
    revision = (revision + 1) as Revision;
    recent.append({ revision, replaced, tombstone, committed: 0, key: key(name), attributes: "{}", text });
    return revision;
  };
  return { tables, recent, requested, write };
}

const all = (of: RecentTables, after: number) => [...of.rowsBetween(after as Revision, of.marks().revision)];

test("the log's tail and recent writes are answered from memory, with the same results as from the tables", () => {
  const { tables, recent, requested, write } = opened();
  const from = recent.marks().revision;
  write("a", '"resourceVersion":"2"');
  write("a", '"resourceVersion":"3" and more');
  write("a", "", true);
  write("b", '"resourceVersion":"5"');
  const before = { ...requested };
  const rows = all(recent, from);
  expect(recent.current(key("b"))?.text).toBe('"resourceVersion":"5"');
  expect(requested).toEqual(before);
  expect(rows).toEqual([...tables.rowsBetween(from, recent.marks().revision)]);
  expect(recent.current(key("a"))).toBeUndefined();
});

test("a failed transaction leaves nothing behind", () => {
  const { recent, write } = opened();
  write("a", "kept");
  expect(() =>
    recent.transaction(() => {
      write("a", "lost");
      throw new Error("disk");
    }),
  ).toThrow("disk");
  expect(recent.current(key("a"))?.text).toBe("kept");
  expect(all(recent, 1).map(({ text }) => text)).toEqual(["kept"]);
});

test("memory is bounded: older entries are read from the tables", () => {
  const { recent, requested, write } = opened();
  const from = recent.marks().revision;
  for (let i = 0; i < 200; i++) write(`n${i}`, "x".repeat(100_000));
  expect(all(recent, from)).toHaveLength(200);
  expect(requested.rows).toBe(1);
  expect(all(recent, from + 195)).toHaveLength(5);
  expect(requested.rows).toBe(1);
  const looked = requested.current;
  recent.current(key("n199"));
  expect(requested.current).toBe(looked);
  recent.current(key("n0"));
  expect(requested.current).toBe(looked + 1);
});
