import { expect, test } from "vitest";
import type { GroupResource } from "../../api/store/store.ts";
import { ClusterSnapshot } from "./snapshot.ts";

test("a custom kind has the scope of its latest definition", () => {
  const resource = "things.example.com" as GroupResource;
  const kind = { resource, apiVersion: "example.com/v1", kind: "Thing" };
  const snapshot = new ClusterSnapshot([], [{ ...kind, scope: "Cluster" }]);
  expect(snapshot.isNamespaced(resource)).toBe(false);
  snapshot.learn({ ...kind, scope: "Namespaced" });
  expect(snapshot.isNamespaced(resource)).toBe(true);
});
