import { expect, test } from "vitest";
import type { GroupResource } from "../../api/store/store.ts";
import { ClusterSnapshot } from "./snapshot.ts";

test("a custom kind has the scope of its latest definition", () => {
  const resource = "things.example.com" as GroupResource;
  const kind = { resource, apiVersion: "example.com/v1", kind: "Thing" };
  const snapshot = new ClusterSnapshot([], [{ ...kind, scope: "Cluster" }]);
  expect(snapshot.isNamespaced(resource)).toBe(false);
  snapshot.serve(resource, [{ ...kind, scope: "Namespaced" }]);
  expect(snapshot.isNamespaced(resource)).toBe(true);
});

test("a kind is served as its latest definition says", () => {
  const resource = "things.example.com" as GroupResource;
  const kindAt = (version: string) =>
    ({ resource, apiVersion: `example.com/${version}`, kind: "Thing", scope: "Cluster" }) as const;
  const snapshot = new ClusterSnapshot([], []);
  const served = () => ["example.com/v1", "example.com/v2"].filter((each) => snapshot.resourceOf(each, "Thing"));
  snapshot.serve(resource, [kindAt("v1"), kindAt("v2")]);
  expect(served()).toEqual(["example.com/v1", "example.com/v2"]);
  snapshot.serve(resource, [kindAt("v1")]);
  expect([served(), snapshot.servedAs("example.com", "Thing")]).toEqual([["example.com/v1"], "example.com/v1"]);
  snapshot.serve(resource, []);
  expect([served(), snapshot.servedAs("example.com", "Thing")]).toEqual([[], undefined]);
});

test("a deleted owner is known as long as objects refer to it, and is not deleted if it comes back", () => {
  const snapshot = new ClusterSnapshot([], []);
  let revision = 0;
  const apply = (name: string, owners: readonly string[], deleted = false) => {
    const ownerReferences = owners.map((uid) => ({ apiVersion: "v1", kind: "ConfigMap", name: uid, uid }));
    const metadata = { namespace: "ns", name, uid: name, resourceVersion: String(++revision), ownerReferences };
    snapshot.apply("configmaps", JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata }), deleted);
  };
  apply("owner", []);
  apply("a", ["owner"]);
  apply("owner", [], true);
  const isKnown = () => snapshot.deletedOwner("owner") !== undefined;
  expect(isKnown()).toBe(true);
  apply("a", ["owner", "other"]);
  expect(isKnown()).toBe(true);
  apply("owner", []);
  expect(isKnown()).toBe(false);
  apply("owner", [], true);
  expect(isKnown()).toBe(true);
  apply("a", ["other"]);
  expect(isKnown()).toBe(false);
});
