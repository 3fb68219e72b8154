import { expect, test } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { overlappingBudgetsController } from "./overlapping-budgets.ts";

const cluster = (budgets: readonly string[]) => {
  const at = controlledCluster([overlappingBudgetsController]);
  for (const name of budgets)
    at.cluster.put("poddisruptionbudgets.policy", {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name, namespace: "ns" },
      spec: { minAvailable: 1, selector: { matchLabels: { app: "x" } } },
    } as never);
  at.cluster.put<Pod>("pods", {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "ns", labels: { app: "x" } },
    spec: { containers: [] },
    status: {},
  });
  return at;
};

test("CTL-PDB-SEVERAL: a pod with several budgets gets an event when it is created and when its readiness changes, and no other", async () => {
  const at = cluster(["a", "b"]);
  await at.settle();
  const reported = () => at.cluster.list("events").map(({ message, count }) => [message, count]);
  const message = 'Pod "ns"/"p" matches multiple PodDisruptionBudgets.  Chose "a" arbitrarily.';
  expect(reported()).toEqual([[message, 1]]);
  at.cluster.change("pods", "ns", "p", (draft) => {
    draft.status.podIP = "10.0.0.1";
  });
  await at.settle();
  expect(reported()).toEqual([[message, 1]]);
  at.cluster.change("pods", "ns", "p", (draft) => {
    draft.status.conditions = [{ type: "Ready", status: "True" }];
  });
  await at.settle();
  expect(reported()).toEqual([[message, 2]]);
});

test("CTL-PDB-SEVERAL: a pod with one budget gets no event", async () => {
  const at = cluster(["a"]);
  await at.settle();
  expect(at.cluster.list("events")).toEqual([]);
});
