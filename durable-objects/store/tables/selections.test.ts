import fc from "fast-check";
import { expect, test } from "vitest";
import { matches } from "../../../api/machinery/selectors/selector.ts";
import type { Requirement, Revision } from "../../../api/store.ts";
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
  { weight: 3, arbitrary: fc.record({ namespace: fc.constantFrom("one", undefined) }) },
);

test("STORE-RECENT: what a selector picks is what the tables hold, whatever happened since it was last asked", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
      const tables = new MemoryTables();
      const recent = new RecentTables(tables);
      const picked = (of: MemoryTables | RecentTables, scope: Scope) =>
        [...of.pointers(scope, requirements, Number.POSITIVE_INFINITY)]
          .filter(({ attributes, ...place }) => matches(requirements, JSON.parse(attributes), place))
          .map(({ namespace, name, revision }) => ({ namespace, name, revision }));
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
          const { namespace } = next;
          const scope = { resource: "things", ...(namespace !== undefined && { namespace }) };
          expect(picked(recent, scope)).toEqual(picked(tables, scope));
        }
      }
    }),
    { numRuns: 300 },
  );
});
