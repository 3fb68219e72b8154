import { expect, test } from "vitest";
import { MemoryStore } from "../../durable-objects/store/memory-store.ts";
import { PolicySnapshot } from "./snapshot.ts";

const RESOURCE = "roles.rbac.authorization.k8s.io";
const role = (name: string) => ({
  op: "create" as const,
  key: { resource: RESOURCE, namespace: "a", name },
  text: JSON.stringify({ metadata: { name, namespace: "a", resourceVersion: "" } }),
  attributes: { labels: {}, fields: {} },
});

test("STORE-POLICY: objects that did not change are the same in the next snapshot, and so are values made of them", async () => {
  const store = new MemoryStore();
  await store.commit({ writes: [role("old")] });
  const first = await PolicySnapshot.load(store);
  const earlierOf = (_: PolicySnapshot, earlier: readonly number[] | undefined) => [...(earlier ?? []), 1];
  expect(first.deriveFrom(earlierOf)).toEqual([1]);
  expect(first.deriveFrom(earlierOf)).toEqual([1]);
  await store.commit({ writes: [role("new"), role("newer")] });
  const second = await first.catchUp(store);
  // One in which it was not asked for does not lose it.
  const third = await second.catchUp(store);
  expect(third.list(RESOURCE).map(({ metadata }) => metadata.name)).toEqual(["old", "new", "newer"]);
  expect(third.get(RESOURCE, "a", "old")).toBe(first.get(RESOURCE, "a", "old"));
  expect(third.deriveFrom(earlierOf)).toEqual([1, 1]);
  expect(first.list(RESOURCE)).toHaveLength(1);
});
