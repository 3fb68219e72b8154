import { expect, it } from "vitest";
import type { APIService } from "../../../api/generated/apiregistration.v1.ts";
import type { Namespace } from "../../../api/generated/core.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { namespaceController } from "./namespace.ts";

/** A cluster whose namespace `ns` is terminating. */
function clusterOfEnding() {
  const at = controlledCluster([namespaceController]);
  at.cluster.put("namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    // The fake only knows metadata.finalizers.
    metadata: { name: "ns", deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["example.com/kept"] },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Terminating" },
  } as Namespace);
  return at;
}

it("CTL-NAMESPACE-TOLD: a namespace reports what keeps it from being emptied, and goes once nothing does", async () => {
  const at = clusterOfEnding();
  at.cluster.put("configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "ns" } });
  at.cluster.put("secrets", { apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "ns" } });
  at.cluster.refuse = (verb, { resource }) =>
    verb === "delete" ? { code: 403, message: `admission webhook denied it for ${resource}` } : undefined;
  await at.pass(1000);
  const namespace = () => at.cluster.get<Namespace>("namespaces", "", "ns");
  const failure = namespace()?.status.conditions?.find(({ type }) => type === "NamespaceDeletionContentFailure");
  expect(failure).toMatchObject({
    status: "True",
    reason: "ContentDeletionFailed",
    message:
      "Failed to delete all resource types, 2 remaining: admission webhook denied it for configmaps, admission webhook denied it for secrets",
  });
  at.cluster.refuse = () => undefined;
  await at.pass(60_000);
  expect(at.complaints).toEqual([]);
  expect(at.cluster.list("configmaps")).toEqual([]);
  expect(namespace()?.spec.finalizers ?? []).toEqual([]);
  expect(namespace()?.status.conditions?.map(({ status }) => status)).toEqual(Array(5).fill("False"));
});

it("CTL-NAMESPACE-TOLD: a namespace reports remaining objects by kind, but not pods", async () => {
  const at = clusterOfEnding();
  const held = { namespace: "ns", finalizers: ["example.com/held"] };
  at.cluster.put("pods", { apiVersion: "v1", kind: "Pod", metadata: { name: "p", ...held } });
  at.cluster.put("configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", ...held } });
  const told = () =>
    at.cluster
      .get<Namespace>("namespaces", "", "ns")
      ?.status.conditions?.filter(({ status }) => status === "True")
      .map(({ message }) => message);
  await at.pass(1000);
  expect(told()).toEqual([]);
  at.cluster.change("pods", "ns", "p", ({ metadata }) => {
    metadata.finalizers = [];
  });
  at.cluster.remove("pods", "ns", "p");
  await at.pass(1000);
  expect(told()).toEqual([
    "Some resources are remaining: configmaps. has 1 resource instances",
    "Some content in the namespace has finalizers remaining: example.com/held in 1 resource instances",
  ]);
});

it("CTL-NAMESPACE-EVENTS: a namespace's events are deleted before it, however many there are", async () => {
  const at = clusterOfEnding();
  // Each deletion of the collection takes one of them.
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
  expect(new Set(refusals)).toEqual(new Set([0]));
  const namespace = at.cluster.get<Namespace>("namespaces", "", "ns");
  expect(namespace?.spec.finalizers ?? []).toEqual([]);
});

it("CTL-NAMESPACE-AGGREGATED: a namespace waits until objects of an aggregated API server are deleted, too", async () => {
  const at = clusterOfEnding();
  at.cluster.put("apiservices.apiregistration.k8s.io", {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: "v1.wardle.example.com" },
    spec: { group: "wardle.example.com", version: "v1", service: { name: "wardle", namespace: "default" } },
  } as APIService);
  const finalizers = () => at.cluster.get<Namespace>("namespaces", "", "ns")?.spec.finalizers ?? [];
  const told = () =>
    at.cluster
      .get<Namespace>("namespaces", "", "ns")
      ?.status.conditions?.filter(({ status }) => status === "True")
      .map(({ message }) => message);
  // The server does not answer.
  await at.pass(100);
  expect(told()).toEqual([
    "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: wardle.example.com/v1: stale GroupVersion discovery: wardle.example.com/v1",
  ]);
  const verbs = ["list", "delete", "deletecollection"];
  const served = [
    { name: "flunders", namespaced: true, verbs },
    { name: "flunders/status", namespaced: true, verbs },
    { name: "fischers", namespaced: false, verbs },
    { name: "readings", namespaced: true, verbs: ["list"] },
  ];
  const items = [{ metadata: { name: "f", namespace: "ns" } }];
  at.cluster.answers = (path) => {
    if (path === "/apis/wardle.example.com/v1") return { resources: served };
    if (path === "/apis/wardle.example.com/v1/namespaces/ns/flunders?limit=500") return { items };
    return path.includes("/events") ? { items: [] } : undefined;
  };
  await at.pass(5100);
  expect(told()).toEqual(["Some resources are remaining: flunders.wardle.example.com has 1 resource instances"]);
  expect(at.cluster.requests).toContain("delete-collection flunders.wardle.example.com undefined");
  expect(finalizers()).toEqual(["kubernetes"]);
  items.pop();
  await at.pass(6000);
  expect(finalizers()).toEqual([]);
});
