import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Requirement } from "../../../api/machinery/selectors/requirement.ts";
import type { Revision } from "../../../api/store/store.ts";
import type { Scope } from "./log-tables.ts";
import { MemoryTables } from "./memory-tables.ts";
import { RecentTables } from "./recent-tables.ts";

const requirements: readonly Requirement[] = [{ of: "label", key: "app", operator: "in", values: ["a", "b"] }];

const write = fc.record({
  resource: fc.constantFrom("things", "others"),
  namespace: fc.constantFrom("one", "two"),
  name: fc.constantFrom("p", "q", "r", "\u{1f600}", "\uffee"),
  app: fc.option(fc.constantFrom("a", "b", "c")),
});
/** Writes, failures, and lists in between. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ write, length: fc.constantFrom(1, 1_500_000) }) },
  { weight: 1, arbitrary: fc.constant("fail" as const) },
  { weight: 1, arbitrary: fc.constant("advance" as const) },
  { weight: 3, arbitrary: fc.record({ namespace: fc.constantFrom("one", undefined), first: fc.boolean() }) },
);

test("STORE-RECENT: a selector's result equals that from the tables, whatever happened since the last query", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
      const tables = new MemoryTables();
      const recent = new RecentTables(tables);
      const picked = (of: MemoryTables | RecentTables, scope: Scope) =>
        [...of.pointers(scope, requirements)].map(({ namespace, name, revision }) => ({ namespace, name, revision }));
      const append = (
        { resource, namespace, name, app }: typeof write extends fc.Arbitrary<infer T> ? T : never,
        length = 1,
      ) => {
        const key = { resource, namespace, name };
        const standing = recent.current(key);
        recent.append({
          revision: (recent.newest + 1) as Revision,
          replaced: standing?.revision ?? null,
          tombstone: app === null && standing !== undefined,
          committed: 0,
          key,
          attributes: JSON.stringify({ labels: app === null ? {} : { app }, fields: {} }),
          text: "x".repeat(length),
        });
      };
      for (const next of steps) {
        if (next === "fail") {
          const failing = () => {
            append({ resource: "things", namespace: "one", name: "p", app: "a" });
            throw new Error("disk");
          };
          expect(() => recent.transaction(failing)).toThrow("disk");
        } else if (next === "advance") recent.setMark("oldest", (recent.newest + 5) as Revision);
        else if ("write" in next) append(next.write, next.length);
        else {
          const { namespace, first } = next;
          const scope = { resource: "things", ...(namespace !== undefined && { namespace }) };
          // Whoever stops early leaves nothing that others would take for all.
          if (first) for (const _ of recent.pointers(scope, requirements)) break;
          expect(picked(recent, scope)).toEqual(picked(tables, scope));
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("STORE-RECENT: a page of a selector that most objects match reads no more than the page", () => {
  const tables = new MemoryTables();
  let read = 0;
  const all = function* () {
    for (let i = 0; i < 20_000; i++) {
      read++;
      yield { namespace: "one", name: `n${i}`, revision: i as Revision, attributes: "{}" };
    }
  };
  vi.spyOn(tables, "pointers").mockImplementation(all);
  const names: string[] = [];
  for (const { name } of new RecentTables(tables).pointers({ resource: "things" }, requirements)) {
    names.push(name);
    if (names.length === 3) break;
  }
  expect([names, read]).toEqual([["n0", "n1", "n2"], 3]);
});
