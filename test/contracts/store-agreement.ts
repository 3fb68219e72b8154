/** Two stores that receive the same calls must give the same answers and stay consistent (fast-check generates the calls). */
import fc from "fast-check";
import { expect } from "vitest";
import type { Requirement } from "../../api/machinery/selectors/requirement.ts";
import type { CommitRequest, Key, ListRequest, Revision } from "../../api/store/store.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

type Step =
  | { readonly do: "commit"; readonly requests: readonly CommitRequest[] }
  | { readonly do: "compact"; readonly keepRevisions: number }
  | { readonly do: "look"; readonly request: ListRequest; readonly back: number };

const key: fc.Arbitrary<Key> = fc.record({
  resource: fc.constantFrom("things", "gadgets"),
  namespace: fc.constantFrom("", "a", "b-"),
  name: fc.constantFrom("x", "y", "z", "x-1", "é", "\u{1F600}", "\uFF5E"),
});
const attributes = fc.record({
  labels: fc.dictionary(fc.constantFrom("app", "tier"), fc.constantFrom("1", "2", '"')),
  fields: fc.dictionary(fc.constantFrom("status.phase"), fc.constantFrom("", "Running")),
});
const requirement: fc.Arbitrary<Requirement> = fc.record({
  of: fc.constantFrom("label", "field"),
  key: fc.constantFrom("app", "tier", "status.phase", "metadata.name"),
  operator: fc.constantFrom("in", "notin", "exists", "absent", "gt"),
  values: fc.array(fc.constantFrom("1", "2", '"', "", "Running", "x"), { minLength: 1, maxLength: 2 }),
});
const text = fc.string({ maxLength: 8 }).map((body) => JSON.stringify({ metadata: { resourceVersion: "" }, body }));
const ifRevision = fc.option(
  fc.integer({ min: 1, max: 12 }).map((number) => number as Revision),
  { nil: undefined, freq: 2 },
);
const write = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant("create" as const), key, text, attributes }) },
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constant("replace" as const), key, text, attributes, ifRevision }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant("delete" as const),
      key,
      ifRevision,
      text: fc.option(text, { nil: undefined }),
    }),
  },
  fc.record({
    op: fc.constant("expect" as const),
    key,
    exists: fc.boolean(),
    requirements: fc.array(requirement, { maxLength: 1 }),
  }),
);
const request = fc.record({
  writes: fc.array(write, { minLength: 1, maxLength: 3 }),
  changesPolicy: fc.boolean(),
});
const place = fc.record({ namespace: fc.constantFrom("", "a", "b-"), name: fc.constantFrom("x", "y", "\uFF5E") });
const look = fc.record({
  resource: fc.constantFrom("things", "gadgets"),
  namespace: fc.option(fc.constantFrom("", "a"), { nil: undefined }),
  name: fc.option(fc.constantFrom("x"), { nil: undefined, freq: 4 }),
  requirements: fc.array(requirement, { maxLength: 2 }),
  limit: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  after: fc.option(place, { nil: undefined }),
});
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("commit" as const),
      requests: fc.array(request, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("compact" as const), keepRevisions: fc.nat({ max: 8 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("look" as const), request: look, back: fc.nat({ max: 8 }) }) },
);

async function take(store: StoreUnderTest, of: Step): Promise<unknown> {
  const { revision } = await store.status();
  switch (of.do) {
    case "commit":
      return Promise.all(of.requests.map((one) => store.commit(one)));
    case "compact":
      return store.compact({ minAgeMs: -1, minRevisions: of.keepRevisions });
    case "look": {
      const at = Math.max(1, revision - of.back) as Revision;
      return [
        await store.list(of.request),
        await store.list({ ...of.request, at }),
        await store.after({ revision: at }),
        await store.texts({ revision: at, except: [{ from: at, through: at }] }),
      ];
    }
  }
}

export async function storesAgree(open: () => readonly [StoreUnderTest, StoreUnderTest], runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (generated) => {
      // Plain objects, as RPC requires, without undefined members.
      const steps: Step[] = JSON.parse(JSON.stringify(generated));
      const [one, other] = open();
      for (const of of steps) expect(await take(one, of)).toEqual(await take(other, of));
      const { revision, oldest, policyRevision } = await other.status();
      expect(await one.status()).toMatchObject({ revision, oldest, policyRevision });
      for (const store of [one, other]) expect((await store.check()).faults).toEqual([]);
    }),
    { numRuns: runs },
  );
}
