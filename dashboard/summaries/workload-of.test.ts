import { expect, test } from "vitest";
import { workloadOf } from "./workload-of.ts";

const pod = (kind: string, name: string, labels: Record<string, string> = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { labels, ownerReferences: [{ apiVersion: "apps/v1", kind, name, uid: "u", controller: true }] },
});

test("the workload of a pod is its controller, or the Deployment above that", () => {
  expect(workloadOf(pod("StatefulSet", "db"))).toEqual({ apiVersion: "apps/v1", kind: "StatefulSet", name: "db" });
  const hash = { "pod-template-hash": "7d4f" };
  expect(workloadOf(pod("ReplicaSet", "web-7d4f", hash))).toEqual({
    apiVersion: "apps/v1",
    kind: "Deployment",
    name: "web",
  });
  expect(workloadOf(pod("ReplicaSet", "by-hand"))).toEqual({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    name: "by-hand",
  });
  expect(workloadOf({ apiVersion: "v1", kind: "Pod", metadata: {} })).toBeUndefined();
});
