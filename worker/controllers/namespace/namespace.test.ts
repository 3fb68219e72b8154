import { expect, it } from "vitest";
import type { APIService } from "../../../api/generated/apiregistration.v1.ts";
import type { Job } from "../../../api/generated/batch.v1.ts";
import type { Namespace, Pod } from "../../../api/generated/core.v1.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { jobController } from "../job/job.ts";
import { jobOrphanController } from "../job/orphan-pods.ts";
import { namespaceController } from "./namespace.ts";

/** A cluster whose namespace `ns` is terminating. */
function clusterOfEnding(controllers = [namespaceController]) {
  const at = controlledCluster(controllers);
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
  const namespace = () => at.cluster.get("namespaces", "", "ns");
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

it("CTL-NAMESPACE-TOLD: if pods cannot be deleted, all else is, and what is left is reported", async () => {
  const at = clusterOfEnding();
  for (let i = 0; i < 18; i++)
    at.cluster.put("pods", { apiVersion: "v1", kind: "Pod", metadata: { name: `p${i}`, namespace: "ns" } });
  at.cluster.put("secrets", { apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "ns" } });
  const held = { name: "c", namespace: "ns", finalizers: ["example.com/held"] };
  at.cluster.put("configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata: held });
  at.cluster.refuse = (verb, { resource }) =>
    verb === "delete" && resource === "pods" ? { code: 403, message: "not the pods" } : undefined;
  await at.pass(20_000);
  expect([at.cluster.list("secrets").length, at.cluster.list("pods").length]).toEqual([0, 18]);
  const { conditions = [] } = at.cluster.get("namespaces", "", "ns")?.status ?? {};
  expect(conditions.filter(({ status }) => status === "True").map(({ message }) => message)).toEqual([
    "Failed to delete all resource types, 1 remaining: not the pods",
    "Some resources are remaining: configmaps. has 1 resource instances",
    "Some content in the namespace has finalizers remaining: example.com/held in 1 resource instances",
  ]);
});

it("CTL-NAMESPACE-TOLD: a namespace reports remaining objects by kind, but not pods", async () => {
  const at = clusterOfEnding();
  const held = { namespace: "ns", finalizers: ["example.com/held"] };
  at.cluster.put("pods", { apiVersion: "v1", kind: "Pod", metadata: { name: "p", ...held } });
  at.cluster.put("configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", ...held } });
  const reported = () =>
    at.cluster
      .get("namespaces", "", "ns")
      ?.status.conditions?.filter(({ status }) => status === "True")
      .map(({ message }) => message);
  await at.pass(1000);
  expect(reported()).toEqual([]);
  at.cluster.change("pods", "ns", "p", ({ metadata }) => {
    metadata.finalizers = [];
  });
  at.cluster.remove("pods", "ns", "p");
  await at.pass(1000);
  expect(reported()).toEqual([
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
  const namespace = at.cluster.get("namespaces", "", "ns");
  expect(namespace?.spec.finalizers ?? []).toEqual([]);
});

it("CTL-NAMESPACE-EVENTS: a Job that keeps an ended pod for its replacement goes with its namespace", async () => {
  const at = clusterOfEnding([namespaceController, jobController, jobOrphanController]);
  at.cluster.refuse = (verb) => (verb === "create" ? { code: 403, message: "it is being terminated" } : undefined);
  const job = at.cluster.put("jobs.batch", {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "j", namespace: "ns" },
    spec: {
      completions: 4,
      parallelism: 1,
      completionMode: "Indexed",
      backoffLimitPerIndex: 1,
      selector: {},
      template: { spec: {} },
    },
    status: {},
  } as Job);
  at.cluster.put("pods", {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "j-0",
      namespace: "ns",
      annotations: { "batch.kubernetes.io/job-completion-index": "0" },
      deletionTimestamp: timestamp(at.cluster.now),
      finalizers: ["batch.kubernetes.io/job-tracking"],
      ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name: "j", uid: job.metadata.uid, controller: true }],
    },
    spec: {},
    status: { phase: "Failed" },
  } as unknown as Pod);
  await at.pass(3000);
  expect(at.cluster.list("jobs.batch")).toHaveLength(1);
  await at.pass(30_000);
  expect(at.cluster.list("pods")).toEqual([]);
  expect(at.cluster.list("jobs.batch")).toEqual([]);
});

it("CTL-NAMESPACE-AGGREGATED: a namespace waits until objects of an aggregated API server are deleted, too", async () => {
  const at = clusterOfEnding();
  at.cluster.put("apiservices.apiregistration.k8s.io", {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: "v1.wardle.example.com" },
    spec: { group: "wardle.example.com", version: "v1", service: { name: "wardle", namespace: "default" } },
  } as APIService);
  const finalizers = () => at.cluster.get("namespaces", "", "ns")?.spec.finalizers ?? [];
  const reported = () =>
    at.cluster
      .get("namespaces", "", "ns")
      ?.status.conditions?.filter(({ status }) => status === "True")
      .map(({ message }) => message);
  // The server does not answer.
  await at.pass(100);
  expect(reported()).toEqual([
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
  expect(reported()).toEqual(["Some resources are remaining: flunders.wardle.example.com has 1 resource instances"]);
  expect(at.cluster.requests).toContain("delete-collection flunders.wardle.example.com undefined");
  expect(finalizers()).toEqual(["kubernetes"]);
  items.pop();
  await at.pass(6000);
  expect(finalizers()).toEqual([]);
});
