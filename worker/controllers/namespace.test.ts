import { expect, it } from "vitest";
import type { Namespace } from "../../api/generated/core.v1.ts";
import { controlledCluster } from "../../test/fakes/controlled-cluster.ts";
import { namespaceController } from "./namespace.ts";

it("a namespace says what keeps it from being emptied, and goes once nothing does", async () => {
  const at = controlledCluster([namespaceController]);
  at.cluster.put("namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    // The fake knows metadata.finalizers alone.
    metadata: { name: "ns", deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["example.com/kept"] },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Terminating" },
  } as Namespace);
  at.cluster.put("configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "ns" } });
  at.cluster.refuse = (verb) => (verb === "delete" ? { code: 403, message: "admission webhook denied it" } : undefined);
  await at.pass(1000);
  const namespace = () => at.cluster.get<Namespace>("namespaces", "", "ns");
  const failure = namespace()?.status.conditions?.find(({ type }) => type === "NamespaceDeletionContentFailure");
  expect(failure).toMatchObject({
    status: "True",
    reason: "ContentDeletionFailed",
    message: "Failed to delete all resource types, 1 remaining: admission webhook denied it",
  });
  at.cluster.refuse = () => undefined;
  await at.pass(60_000);
  expect(at.complaints).toEqual([]);
  expect(at.cluster.list("configmaps")).toEqual([]);
  expect(namespace()?.spec.finalizers ?? []).toEqual([]);
});

it("CTL-NAMESPACE-EVENTS: its events go before it does, however many there are", async () => {
  const at = controlledCluster([namespaceController]);
  at.cluster.put("namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "ns", deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["example.com/kept"] },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Terminating" },
  } as Namespace);
  // Each collection takes one of them.
  let events = 3;
  const left = () => ({ items: events > 0 ? [{}] : [] });
  at.cluster.answers = (path) => (path === "/api/v1/namespaces/ns/events?limit=1" ? left() : undefined);
  const refusals: number[] = [];
  at.cluster.refuse = (verb, target) => {
    if (verb === "delete-collection" && target.resource === "events") events--;
    else if (verb !== "delete-collection") refusals.push(events);
    return undefined;
  };
  await at.pass(1000);
  expect(events).toBe(0);
  // Nothing else was written before they were gone.
  expect(refusals).toEqual([0]);
  const namespace = at.cluster.get<Namespace>("namespaces", "", "ns");
  expect(namespace?.spec.finalizers ?? []).toEqual([]);
});
