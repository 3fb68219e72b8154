import { expect, it } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { PodDisruptionBudget } from "../../../api/generated/policy.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { disruptionController } from "./disruption.ts";

const BUDGETS = "poddisruptionbudgets.policy";
const owned = [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "rs", uid: "u", controller: true }];

function start(spec: PodDisruptionBudget["spec"], status: Partial<PodDisruptionBudget["status"]> = {}) {
  const at = controlledCluster([disruptionController]);
  const add = (name: string, labels: Record<string, string>, ownerReferences: typeof owned = []) =>
    at.cluster.put<Pod>("pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "ns", labels, ownerReferences },
      spec: { containers: [] },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    });
  const metadata = { name: "b", namespace: "ns" };
  at.cluster.put(BUDGETS, { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata, spec, status } as never);
  const budget = () => at.cluster.get<PodDisruptionBudget>(BUDGETS, "ns", "b")?.status;
  const events = () => at.cluster.list("events").map(({ reason, count }) => [reason, count]);
  return { ...at, add, budget, events };
}
const x = { matchLabels: { app: "x" } };

it("counts a pod as long as its labels match", async () => {
  const at = start({
    minAvailable: 1,
    selector: { matchExpressions: [{ key: "app", operator: "In", values: ["x"] }] },
  });
  at.add("a", { app: "x" });
  at.add("b", { app: "y" });
  await at.settle();
  expect(at.budget()?.expectedPods).toBe(1);
  for (const [name, app] of [
    ["b", "x"],
    ["a", "y"],
    ["b", "y"],
  ] as const) {
    at.cluster.change("pods", "ns", name, ({ metadata }) => {
      metadata.labels = { app };
    });
    await at.settle();
  }
  expect(at.budget()).toMatchObject({ expectedPods: 0, currentHealthy: 0 });
  at.add("c", { app: "x" });
  await at.settle();
  at.cluster.remove("pods", "ns", "c");
  await at.settle();
  expect(at.budget()?.expectedPods).toBe(0);
});

it("reports that its pods cannot be counted", async () => {
  const at = start({ maxUnavailable: 1, selector: x });
  at.add("a", { app: "x" }, owned);
  await at.settle();
  expect(at.budget()?.conditions?.[0]?.reason).toBe("SyncFailed");
  expect(at.events()).toEqual([["CalculateExpectedPodCountFailed", 1]]);
});

it("tells in its condition since when disruptions are allowed, and leaves others' conditions in place", async () => {
  const since = "2025-01-01T00:00:00Z";
  const mine = { type: "Mine", status: "True", reason: "R", message: "m", lastTransitionTime: since };
  const allowed = { type: "DisruptionAllowed", status: "False", reason: "SyncFailed", message: "m" };
  const conditions = [{ ...allowed, lastTransitionTime: since }, mine];
  const at = start({ minAvailable: 1, selector: x }, { conditions });
  at.add("a", { app: "x" });
  await at.settle();
  const { observedGeneration, ...insufficient } = {
    ...allowed,
    reason: "InsufficientPods",
    message: "",
    observedGeneration: 1,
  };
  expect(at.budget()?.conditions).toEqual([{ ...insufficient, lastTransitionTime: since, observedGeneration }, mine]);
  at.add("b", { app: "x" });
  await at.pass(1000);
  const now = "2026-01-01T00:00:00Z";
  expect(at.budget()?.conditions).toMatchObject([
    { status: "True", reason: "SufficientPods", lastTransitionTime: now },
    mine,
  ]);
});

it("keeps the generation that it had observed when it could count its pods", async () => {
  const at = start({ maxUnavailable: 1, selector: x }, { observedGeneration: 1 });
  at.cluster.change<PodDisruptionBudget>(BUDGETS, "ns", "b", ({ spec }) => {
    spec.maxUnavailable = 2;
  });
  at.add("a", { app: "x" }, owned);
  await at.settle();
  expect(at.budget()).toMatchObject({ observedGeneration: 1, conditions: [{ observedGeneration: 1 }] });
});

it("expects an evicted pod to be deleted within two minutes", async () => {
  const at = start(
    { minAvailable: 0, selector: x },
    { disruptedPods: { a: "2026-01-01T00:00:00Z", b: "2026-01-01T00:00:00Z" } },
  );
  at.add("a", { app: "x" });
  at.add("b", { app: "x" });
  at.cluster.change("pods", "ns", "b", ({ metadata }) => {
    metadata.finalizers = ["example.com/f"];
  });
  at.cluster.remove("pods", "ns", "b");
  await at.settle();
  expect(at.budget()).toMatchObject({ disruptedPods: { a: "2026-01-01T00:00:00Z" }, currentHealthy: 0 });
  expect(Object.keys(at.budget()?.disruptedPods ?? {})).toEqual(["a"]);
  await at.pass(120_000);
  expect(at.budget()?.disruptedPods).toBeUndefined();
  expect(at.budget()?.currentHealthy).toBe(1);
  expect(at.events()).toEqual([["NotDeleted", 1]]);
});

it("CTL-PDB-UNMANAGED: reports a pod without a controller while it is new", async () => {
  const at = start({ maxUnavailable: 1, selector: x });
  at.add("a", { app: "x" });
  await at.settle();
  expect(at.events()).toEqual([["UnmanagedPods", 2]]);
  await at.pass(10_000);
  at.cluster.change("pods", "ns", "a", ({ metadata }) => {
    metadata.annotations = { some: "news" };
  });
  await at.settle();
  expect(at.events()).toEqual([["UnmanagedPods", 2]]);
});
