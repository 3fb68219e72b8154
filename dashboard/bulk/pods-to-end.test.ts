import { expect, test } from "vitest";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { consequenceForPods } from "./pods-to-end.ts";

const pod = (name: string, owned: boolean): Stored<KubeObject> => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name,
    uid: name,
    resourceVersion: "1",
    creationTimestamp: "2026-01-01T00:00:00Z",
    ...(owned
      ? { ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "r", uid: "r", controller: true }] }
      : {}),
  },
});

test("pods that nothing would make again are named", () => {
  const replaced = "The pods end. What they belong to makes others, if it still wants them.";
  expect(consequenceForPods([pod("a", true)])).toBe(replaced);
  expect(consequenceForPods([pod("a", true), pod("b", false)])).toBe(
    `${replaced} b belongs to nothing and does not come back.`,
  );
  expect(consequenceForPods([pod("a", false), pod("b", false)])).toBe(
    "The pods end. a, b belong to nothing and do not come back.",
  );
  const many = Array.from({ length: 9 }, (_, index) => pod(String(index), false));
  expect(consequenceForPods(many)).toBe("The pods end. 9 of them belong to nothing and do not come back.");
});
