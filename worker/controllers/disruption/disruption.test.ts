import { describe, expect, it } from "vitest";
import type { CustomResourceDefinition } from "../../../api/generated/apiextensions.v1.ts";
import type { ReplicaSet } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { PodDisruptionBudget } from "../../../api/generated/policy.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { disruptionController } from "./disruption.ts";

const budget = (spec: Partial<PodDisruptionBudget["spec"]>): PodDisruptionBudget => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "b", namespace: "ns" },
  spec: { selector: { matchLabels: { app: "x" } }, ...spec },
  status: {},
});

async function statusWith(spec: Partial<PodDisruptionBudget["spec"]>, pods: number, options: { managed: boolean }) {
  const { cluster, settle } = controlledCluster([disruptionController]);
  const set = cluster.put<ReplicaSet>("replicasets.apps", {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: "rs", namespace: "ns" },
    spec: { replicas: pods, selector: {} },
    status: { replicas: pods },
  });
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "rs", uid: set.metadata.uid, controller: true };
  for (let index = 0; index < pods; index++)
    cluster.put<Pod>("pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: `p${index}`,
        namespace: "ns",
        labels: { app: "x" },
        ...(options.managed ? { ownerReferences: [owner] } : {}),
      },
      spec: { containers: [] },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    });
  cluster.put("poddisruptionbudgets.policy", budget(spec));
  await settle();
  const { currentHealthy, desiredHealthy, disruptionsAllowed, expectedPods, conditions } =
    cluster.get("poddisruptionbudgets.policy", "ns", "b")?.status ?? {};
  const events = cluster.list("events").map(({ reason }) => reason);
  return {
    counts: [currentHealthy, desiredHealthy, disruptionsAllowed, expectedPods],
    reason: conditions?.[0]?.reason,
    events,
  };
}

describe("pod disruption budget", () => {
  it("CTL-ENDING-STILL: counts its pods until it is gone", async () => {
    const { cluster, settle } = controlledCluster([disruptionController]);
    const ending = budget({ minAvailable: 1 });
    cluster.put("poddisruptionbudgets.policy", {
      ...ending,
      metadata: { ...ending.metadata, finalizers: ["example.com/hold"] },
    });
    cluster.remove("poddisruptionbudgets.policy", "ns", "b");
    cluster.put<Pod>("pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", namespace: "ns", labels: { app: "x" } },
      spec: { containers: [] },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    });
    await settle();
    const found = cluster.get("poddisruptionbudgets.policy", "ns", "b");
    expect(found?.status.currentHealthy).toBe(1);
  });

  it("CTL-PDB-SCALED: takes a new size into account when pods come or go", async () => {
    const { cluster, settle } = controlledCluster([disruptionController]);
    const set = cluster.put<ReplicaSet>("replicasets.apps", {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name: "rs", namespace: "ns" },
      spec: { replicas: 2, selector: {} },
      status: { replicas: 2 },
    });
    const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "rs", uid: set.metadata.uid, controller: true };
    const add = (name: string) =>
      cluster.put<Pod>("pods", {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: "ns", labels: { app: "x" }, ownerReferences: [owner] },
        spec: { containers: [] },
        status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
      });
    const expected = () => cluster.get("poddisruptionbudgets.policy", "ns", "b")?.status.expectedPods;
    for (const name of ["a", "b"]) add(name);
    cluster.put("poddisruptionbudgets.policy", budget({ maxUnavailable: 1 }));
    await settle();
    cluster.change("replicasets.apps", "ns", "rs", ({ spec }) => {
      spec.replicas = 3;
    });
    await settle();
    expect(expected()).toBe(2);
    add("c");
    await settle();
    expect(expected()).toBe(3);
  });

  it("CTL-PDB-FAILED: does not set observedGeneration if its pods could not be counted", async () => {
    const { cluster, settle } = controlledCluster([disruptionController]);
    const owner = { apiVersion: "apps/v1", kind: "DaemonSet", name: "ds", uid: "u", controller: true };
    cluster.put<Pod>("pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", namespace: "ns", labels: { app: "x" }, ownerReferences: [owner] },
      spec: { containers: [] },
      status: { phase: "Running" },
    });
    cluster.put("poddisruptionbudgets.policy", budget({ maxUnavailable: 1 }));
    await settle();
    const { status } = cluster.get("poddisruptionbudgets.policy", "ns", "b") ?? {};
    expect(status).not.toHaveProperty("observedGeneration");
    expect(status?.conditions).toMatchObject([{ type: "DisruptionAllowed", status: "False", reason: "SyncFailed" }]);
    expect(status?.conditions?.[0]).not.toHaveProperty("observedGeneration");
  });

  it("expects finished and terminating pods, but does not count them as healthy", async () => {
    const { cluster, settle } = controlledCluster([disruptionController]);
    const pod = (name: string, phase: string, deletionTimestamp?: string): Pod => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "ns", labels: { app: "x" }, ...(deletionTimestamp ? { deletionTimestamp } : {}) },
      spec: { containers: [] },
      status: { phase, conditions: [{ type: "Ready", status: phase === "Running" ? "True" : "False" }] },
    });
    cluster.put("pods", pod("stays", "Running"));
    cluster.put("pods", pod("leaves", "Running", "2030-01-01T00:00:00Z"));
    cluster.put("pods", pod("done", "Succeeded"));
    cluster.put("poddisruptionbudgets.policy", budget({ minAvailable: 1 }));
    await settle();
    expect(cluster.get("poddisruptionbudgets.policy", "ns", "b")?.status).toMatchObject({
      expectedPods: 3,
      currentHealthy: 1,
      disruptionsAllowed: 0,
    });
  });

  it.each([
    [{ minAvailable: 1 }, 2, true, [2, 1, 1, 2], "SufficientPods", []],
    [{ minAvailable: "50%" }, 0, true, [0, 0, 0, 0], "InsufficientPods", ["NoPods"]],
    [{ minAvailable: "50%" }, 3, true, [3, 2, 1, 3], "SufficientPods", []],
    [{ maxUnavailable: 1 }, 3, true, [3, 2, 1, 3], "SufficientPods", []],
    [{ minAvailable: 0 }, 2, true, [2, 0, 2, 2], "SufficientPods", []],
    [{ minAvailable: 5 }, 2, false, [2, 5, 0, 2], "InsufficientPods", []],
    [{}, 2, true, [2, 0, 0, 0], "InsufficientPods", []],
    [{ maxUnavailable: 1 }, 1, false, [1, 0, 0, 0], "InsufficientPods", ["UnmanagedPods"]],
  ])("CTL-PDB-NEITHER: %j over %i pods, managed: %s", async (spec, pods, managed, counts, reason, events) => {
    expect(await statusWith(spec, pods, { managed })).toEqual({ counts, reason, events });
  });

  it("CTL-PDB-UNMANAGED: gets an event about a new pod without a controller, even if no count changes", async () => {
    const at = controlledCluster([disruptionController]);
    at.cluster.put("poddisruptionbudgets.policy", budget({ maxUnavailable: 1 }));
    await at.settle();
    at.cluster.put<Pod>("pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", namespace: "ns", labels: { app: "x" } },
      spec: { containers: [] },
      status: {},
    });
    await at.settle();
    expect(at.cluster.list("events").map(({ reason }) => reason)).toEqual(["NoPods", "UnmanagedPods"]);
  });

  it.each<[string, { apiVersion: string; kind: string }, number]>([
    ["a custom resource's size", { apiVersion: "e.com/v1", kind: "Rollout" }, 5],
    [
      "a custom resource's size, also if its kind has the name of another's",
      { apiVersion: "f.com/v1", kind: "StatefulSet" },
      7,
    ],
  ])("CTL-PDB-OWNER: takes the expected count from %s", async (_, kind, expected) => {
    const at = controlledCluster([disruptionController]);
    for (const [group, plural, name] of [
      ["e.com", "rollouts", "Rollout"],
      ["f.com", "statefulsets", "StatefulSet"],
    ] as const)
      at.cluster.put("customresourcedefinitions.apiextensions.k8s.io", {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `${plural}.${group}` },
        spec: {
          group,
          scope: "Namespaced",
          names: { kind: name, plural },
          versions: [{ name: "v1", served: true, storage: true }],
        },
        status: {
          acceptedNames: { kind: name, plural },
          conditions: [{ type: "Established", status: "True" }],
        },
      } as CustomResourceDefinition);
    const sizes = new Map([
      ["/apis/e.com/v1/namespaces/ns/rollouts/o/scale", 5],
      ["/apis/f.com/v1/namespaces/ns/statefulsets/o/scale", 7],
    ]);
    at.cluster.answers = (path) => sizes.has(path) && { metadata: { uid: "o" }, spec: { replicas: sizes.get(path) } };
    at.cluster.put<Pod>("pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "p",
        namespace: "ns",
        labels: { app: "x" },
        ownerReferences: [{ name: "o", uid: "o", ...kind, controller: true }],
      },
      spec: { containers: [] },
      status: { phase: "Running" },
    });
    at.cluster.put("poddisruptionbudgets.policy", budget({ maxUnavailable: 1 }));
    await at.settle();
    expect(at.complaints).toEqual([]);
    expect(at.cluster.get("poddisruptionbudgets.policy", "ns", "b")?.status.expectedPods).toBe(expected);
  });

  it("stops waiting for a pod that should have been deleted two minutes ago, and reports it", async () => {
    const at = controlledCluster([disruptionController]);
    const put = (name: string, app: string) =>
      at.cluster.put<Pod>("pods", {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: "ns", labels: { app } },
        spec: { containers: [] },
        status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
      });
    put("late", "x");
    put("recent", "x");
    put("relabelled", "y");
    const now = "2026-01-01T00:00:00Z";
    const disruptedPods = { late: "2025-12-31T23:57:00Z", recent: now, relabelled: now };
    at.cluster.put("poddisruptionbudgets.policy", { ...budget({ minAvailable: 1 }), status: { disruptedPods } });
    await at.settle();
    const found = at.cluster.get("poddisruptionbudgets.policy", "ns", "b");
    expect(found?.status).toMatchObject({ disruptedPods: { recent: now }, currentHealthy: 1 });
    expect(Object.keys(found?.status?.disruptedPods ?? {})).toEqual(["recent"]);
    expect(at.cluster.list("events").map(({ message, involvedObject }) => [involvedObject.name, message])).toEqual([
      ["late", "Pod was expected by PDB ns/ns to be deleted but it wasn't"],
    ]);
  });
});
