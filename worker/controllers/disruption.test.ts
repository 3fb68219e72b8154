import { describe, expect, it } from "vitest";
import type { ReplicaSet } from "../../api/generated/apps.v1.ts";
import type { Event, Pod } from "../../api/generated/core.v1.ts";
import type { PodDisruptionBudget } from "../../api/generated/policy.v1.ts";
import { controlledCluster } from "../../test/fakes/controlled-cluster.ts";
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
    cluster.get<PodDisruptionBudget>("poddisruptionbudgets.policy", "ns", "b")?.status ?? {};
  const events = cluster.list<Event>("events").map(({ reason }) => reason);
  return {
    counts: [currentHealthy, desiredHealthy, disruptionsAllowed, expectedPods],
    reason: conditions?.[0]?.reason,
    events,
  };
}

describe("pod disruption budget", () => {
  it.each([
    [{ minAvailable: 1 }, 2, true, [2, 1, 1, 2], "SufficientPods", []],
    [{ minAvailable: "50%" }, 0, true, [0, 0, 0, 0], "InsufficientPods", ["NoPods"]],
    [{ minAvailable: "50%" }, 3, true, [3, 2, 1, 3], "SufficientPods", []],
    [{ maxUnavailable: 1 }, 3, true, [3, 2, 1, 3], "SufficientPods", []],
    [{ minAvailable: 0 }, 2, true, [2, 0, 2, 2], "SufficientPods", []],
    [{ maxUnavailable: 1 }, 1, false, [1, 0, 0, 0], "InsufficientPods", ["UnmanagedPods"]],
  ])("%j over %i pods, managed: %s", async (spec, pods, managed, counts, reason, events) => {
    expect(await statusWith(spec, pods, { managed })).toEqual({ counts, reason, events });
  });
});
