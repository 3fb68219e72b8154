import { describe, expect, it } from "vitest";
import type { Node, Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import type { ReconcileContext, Snapshot } from "../controller.ts";
import { missingNodeController } from "./missing-node.ts";
import { podGcController } from "./pod-gc.ts";

/** A terminating pod that is kept by its finalizer, with or without a node. */
function ending(nodeName?: string, meanwhile = () => {}) {
  const delay = () => {
    meanwhile();
    return 0;
  };
  const at = controlledCluster([podGcController, missingNodeController], { delay });
  at.cluster.put("pods", {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "p",
      namespace: "ns",
      finalizers: ["example.com/keep"],
      deletionTimestamp: timestamp(at.cluster.now),
    },
    spec: { containers: [], ...(nodeName !== undefined && { nodeName }) },
    status: { phase: "Pending" },
  } as Pod);
  const pod = () => at.cluster.get("pods", "ns", "p");
  return { ...at, pod, phase: () => pod()?.status.phase };
}

const offNode = (ready: "True" | "Unknown"): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n1" },
  spec: { taints: [{ key: "node.kubernetes.io/out-of-service", effect: "NoExecute" }] },
  status: { conditions: [{ type: "Ready", status: ready }] },
});

describe("CTL-OFF: a terminating pod is marked Failed", () => {
  it("if it was never scheduled, and is still held after 10 s", async () => {
    const at = ending();
    await at.pass(8_999);
    expect(at.phase()).toBe("Pending");
    await at.pass(1_001);
    expect(at.complaints).toEqual([]);
    expect(at.phase()).toBe("Failed");
    expect(at.pod()?.status.observedGeneration).toBe(at.pod()?.metadata.generation);
  });

  it("if its node is tainted out-of-service and is not ready", async () => {
    const at = ending("n1");
    at.cluster.put("nodes", offNode("True"));
    await at.settle();
    expect(at.phase()).toBe("Pending");
    at.cluster.change("nodes", "", "n1", (draft) => {
      draft.status.conditions = [{ type: "Ready", status: "Unknown" }];
    });
    await at.settle();
    expect(at.phase()).toBe("Failed");
  });
});

it.each([
  ["without a node", undefined, 10_000],
  ["on a missing node", "gone", 40_000],
])("CTL-FAILED: one %s that succeeded meanwhile does not become Failed", async (_, nodeName, wait) => {
  let hasSucceeded = false;
  const at = ending(nodeName, () => {
    if (hasSucceeded) return;
    hasSucceeded = true;
    at.cluster.change("pods", "ns", "p", ({ status }) => Object.assign(status, { phase: "Succeeded" }));
  });
  await at.pass(wait + 2000);
  expect(at.phase()).toBe("Succeeded");
});

it("deletes evicted pods first, and then the oldest, of those that have ended beyond the limit", () => {
  const ended = (name: string, second: number, reason?: string) =>
    ({
      metadata: { name, namespace: "ns", uid: name, creationTimestamp: `2026-01-01T00:00:0${second}Z` },
      spec: {},
      status: { phase: "Failed", ...(reason ? { reason } : {}) },
    }) as Stored<Pod>;
  const young = Array.from({ length: 12_499 }, (_, i) => ended(`young-${i}`, 9));
  const pods = [...young, ended("b", 1), ended("a", 1), ended("old", 0), ended("evicted", 5, "Evicted")];
  const snapshot = { count: () => pods.length, list: () => pods } as unknown as Snapshot;
  const { effects } = podGcController.reconcile("*terminated", { snapshot } as ReconcileContext);
  expect(effects.flatMap((each) => ("effects" in each ? each.effects : []))).toMatchObject([
    { op: "delete", name: "evicted" },
    { op: "delete", name: "old" },
    { op: "delete", name: "a" },
  ]);
});
