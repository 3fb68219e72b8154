import { expect, test } from "vitest";
import { MemoryStore } from "../../durable-objects/store/memory-store.ts";
import { knownPolicy, loadPolicy, PolicySnapshot } from "./snapshot.ts";

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

test("RBAC-SIZE: of roles and bindings, a snapshot has what decides", async () => {
  const store = new MemoryStore();
  const metadata = { name: "r", namespace: "a", uid: "u", resourceVersion: "", annotations: { a: "b" } };
  const rules = [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }];
  await store.commit({ writes: [{ ...role("r"), text: JSON.stringify({ metadata, rules }) }] });
  const { metadata: kept, ...rest } = (await PolicySnapshot.load(store)).get(RESOURCE, "a", "r") ?? {};
  expect({ kept, rest }).toEqual({ kept: { name: "r", namespace: "a" }, rest: { rules } });
});

test("STORE-POLICY: of other objects, a snapshot has all but their history", async () => {
  const store = new MemoryStore();
  const key = { resource: "storageclasses.storage.k8s.io", namespace: "", name: "s" };
  const metadata = { name: "s", uid: "u", resourceVersion: "", labels: { l: "m" } };
  const written = {
    metadata: {
      ...metadata,
      managedFields: [{ manager: "m" }],
      annotations: { a: "b", "kubectl.kubernetes.io/last-applied-configuration": "{}" },
    },
    provisioner: "p",
  };
  await store.commit({ writes: [{ ...role("s"), key, text: JSON.stringify(written) }] });
  const kept = (await PolicySnapshot.load(store)).get(key.resource, "", "s");
  expect(kept).toEqual({
    metadata: { ...metadata, resourceVersion: expect.any(String), annotations: { a: "b" } },
    provisioner: "p",
  });
});

test("RBAC-SIZE: beyond 32 MiB the oldest snapshots of other clusters are dropped", async () => {
  const large = new MemoryStore();
  const key = { resource: "storageclasses.storage.k8s.io", namespace: "", name: "s" };
  const text = JSON.stringify({
    metadata: { name: "s", resourceVersion: "", annotations: { a: "x".repeat(1_200_000) } },
  });
  for (let i = 0; i < 10; i++) await large.commit({ writes: [{ ...role(""), key: { ...key, name: `s${i}` }, text }] });
  const known = () => ["one", "two", "three", "small"].filter((cluster) => knownPolicy(cluster) !== undefined);
  await loadPolicy("one", large);
  await loadPolicy("two", large);
  await loadPolicy("small", new MemoryStore());
  expect(known()).toEqual(["one", "two", "small"]);
  await loadPolicy("three", large);
  expect(known()).toEqual(["two", "three", "small"]);
});
