import { describe, expect, it } from "vitest";
import type { ConfigMap } from "../../api/generated/core.v1.ts";
import type { OwnerReference } from "../../api/generated/meta.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { controlledCluster } from "../../test/fakes/controllers/controlled-cluster.ts";
import {
  CLUSTER_ROLES,
  clusterRole,
  configMap,
  GADGETS,
  gadgetDefinition,
  owner,
} from "../../test/fakes/controllers/owned-objects.ts";
import { garbageCollector } from "./garbage-collector.ts";

const start = () => controlledCluster([garbageCollector]);
describe("garbage collector", () => {
  it("removes dependents of a deleted owner, and their dependents", async () => {
    const { cluster, settle, pass } = start();
    const a = cluster.put("configmaps", configMap("a"));
    const b = cluster.put("configmaps", configMap("b", [owner(a)]));
    cluster.put("configmaps", configMap("c", [owner(b)]));
    await pass(2000);
    cluster.remove("configmaps", "ns", "a");
    await settle();
    expect(cluster.list("configmaps")).toEqual([]);
  });

  it("CTL-GC-YOUNG: gives a new object two seconds for its owner to appear", async () => {
    const { cluster, settle, pass } = start();
    const a = cluster.put("configmaps", configMap("a"));
    const nobody = { ...owner(a), name: "nobody", uid: "nobody" };
    cluster.put("configmaps", configMap("given", [nobody]));
    cluster.put("configmaps", configMap("left", [nobody]));
    await settle();
    expect(cluster.list("configmaps")).toHaveLength(3);
    cluster.change("configmaps", "ns", "given", (draft) => {
      draft.metadata.ownerReferences = [owner(a)];
    });
    await pass(2000);
    expect(cluster.list("configmaps").map(({ metadata }) => metadata.name)).toEqual(["a", "given"]);
  });

  it("resolves a cycle of owners that block each other", async () => {
    const { cluster, settle } = start();
    const a = cluster.put("configmaps", configMap("a"));
    const b = cluster.put("configmaps", configMap("b", [owner(a, true)]));
    cluster.change("configmaps", "ns", "a", (draft) => {
      draft.metadata.ownerReferences = [owner(b, true)];
    });
    await settle();
    cluster.remove("configmaps", "ns", "a", { propagationPolicy: "Foreground" });
    await settle();
    expect(cluster.list("configmaps")).toEqual([]);
  });

  it("waits for blocking dependents only under foreground deletion", async () => {
    const { cluster, settle } = start();
    const a = cluster.put("configmaps", configMap("a"));
    cluster.put("configmaps", configMap("b", [owner(a, true)], ["example.com/hold"]));
    cluster.put("configmaps", configMap("c", [owner(a)], ["example.com/hold"]));
    await settle();
    cluster.remove("configmaps", "ns", "a", { propagationPolicy: "Foreground" });
    await settle();
    expect(cluster.get("configmaps", "ns", "b")?.metadata.deletionTimestamp).toBeDefined();
    expect(cluster.get("configmaps", "ns", "a")).toBeDefined();
    await cluster.api.patch({ resource: "configmaps", namespace: "ns", name: "b" }, "application/merge-patch+json", {
      metadata: { finalizers: null },
    });
    await settle();
    expect(cluster.list("configmaps").map(({ metadata }) => metadata.name)).toEqual(["c"]);
    expect(cluster.get("configmaps", "ns", "c")?.metadata.deletionTimestamp).toBeDefined();
  });

  it("keeps the dependents of an owner deleted with orphan propagation", async () => {
    const { cluster, settle } = start();
    const a = cluster.put("configmaps", configMap("a"));
    cluster.put("configmaps", configMap("b", [owner(a)]));
    cluster.put("configmaps", configMap("deleted", [owner(a)], ["example.com/hold"]));
    await settle();
    cluster.remove("configmaps", "ns", "deleted");
    cluster.remove("configmaps", "ns", "a", { propagationPolicy: "Orphan" });
    await settle();
    expect(cluster.get("configmaps", "ns", "a")).toBeUndefined();
    for (const name of ["b", "deleted"])
      expect(cluster.get("configmaps", "ns", name)?.metadata.ownerReferences).toBeUndefined();
  });

  it("removes the references to all missing owners at once if another is left", async () => {
    const { cluster, settle } = start();
    const [a, b, c] = ["a", "b", "c"].map((name) => cluster.put("configmaps", configMap(name)));
    cluster.put(
      "configmaps",
      configMap(
        "d",
        [a, b, c].map((each) => owner(each as Stored<ConfigMap>)),
      ),
    );
    await settle();
    cluster.remove("configmaps", "ns", "a");
    cluster.remove("configmaps", "ns", "c");
    await settle();
    expect(cluster.get("configmaps", "ns", "d")?.metadata.ownerReferences).toEqual([owner(b as Stored<ConfigMap>)]);
    expect(cluster.requests).toEqual(["patch configmaps d"]);
  });

  it("releases custom objects and objects of dotted groups alike, though only these have strategic merge patches", async () => {
    const { cluster, settle } = start();
    cluster.put("customresourcedefinitions.apiextensions.k8s.io", gadgetDefinition);
    const a = cluster.put("configmaps", configMap("a"));
    const b = cluster.put("configmaps", configMap("b"));
    const dependent = (kind: string) => ({ kind, metadata: { ...configMap("d", [owner(a), owner(b)]).metadata } });
    const resources = { [GADGETS]: "example.com/v1", "ingresses.networking.k8s.io": "networking.k8s.io/v1" };
    for (const [resource, apiVersion] of Object.entries(resources))
      cluster.put(resource, { apiVersion, ...dependent(resource === GADGETS ? "Gadget" : "Ingress") });
    await settle();
    cluster.remove("configmaps", "ns", "a", { propagationPolicy: "Orphan" });
    await settle();
    for (const resource of Object.keys(resources))
      expect(cluster.get(resource, "ns", "d")?.metadata.ownerReferences).toEqual([owner(b)]);
  });

  it("no longer waits for a dependent that gives up its owner", async () => {
    const { cluster, settle } = start();
    const a = cluster.put("configmaps", configMap("a"));
    cluster.put("configmaps", configMap("b", [owner(a, true)], ["example.com/hold"]));
    await settle();
    cluster.remove("configmaps", "ns", "a", { propagationPolicy: "Foreground" });
    await settle();
    expect(cluster.get("configmaps", "ns", "a")).toBeDefined();
    cluster.change("configmaps", "ns", "b", ({ metadata }) => {
      delete metadata.ownerReferences;
    });
    await settle();
    expect(cluster.get("configmaps", "ns", "a")).toBeUndefined();
  });

  it.each([
    ["blocks it", true],
    ["blocks only the other", false],
  ])("waits for a dependent of two owners if it %s", async (_, blocks) => {
    const { cluster, settle, pass } = start();
    const [a, b] = [cluster.put("configmaps", configMap("a")), cluster.put("configmaps", configMap("b"))];
    cluster.put("configmaps", configMap("both", [owner(a, blocks), owner(b, !blocks)]));
    await settle();
    // It cannot be released from the owner that is going.
    cluster.refuse = (verb, { name }) => (verb === "patch" && name === "both" ? { code: 403 } : undefined);
    cluster.remove("configmaps", "ns", "a", { propagationPolicy: "Foreground" });
    await settle();
    expect(cluster.get("configmaps", "ns", "a") !== undefined).toBe(blocks);
    cluster.refuse = () => undefined;
    await pass(2000);
    expect(cluster.get("configmaps", "ns", "a")).toBeUndefined();
    expect(cluster.get("configmaps", "ns", "both")?.metadata.ownerReferences).toEqual([owner(b, !blocks)]);
  });

  it("keeps the dependents of an owner that is held, or whose foreground deletion has not begun", async () => {
    const { cluster, settle } = start();
    const held = cluster.put("configmaps", configMap("held", [], ["example.com/hold"]));
    const announced = cluster.put("configmaps", configMap("announced", [], ["foregroundDeletion"]));
    cluster.put("configmaps", configMap("a", [owner(held)]));
    cluster.put("configmaps", configMap("b", [owner(announced)]));
    await settle();
    cluster.remove("configmaps", "ns", "held");
    await settle();
    expect(cluster.list("configmaps")).toHaveLength(4);
  });

  it("begins with the dependents when a deletion in the background becomes one in the foreground", async () => {
    const { cluster, settle } = start();
    const a = cluster.put("configmaps", configMap("a", [], ["example.com/hold"]));
    cluster.put("configmaps", configMap("b", [owner(a)]));
    cluster.remove("configmaps", "ns", "a");
    await settle();
    cluster.remove("configmaps", "ns", "a", { propagationPolicy: "Foreground" });
    await settle();
    expect(cluster.list("configmaps").map(({ metadata: { name, finalizers } }) => ({ name, finalizers }))).toEqual([
      { name: "a", finalizers: ["example.com/hold"] },
    ]);
  });

  it("releases the dependents of an owner that had the finalizer for that from the start", async () => {
    const { cluster, settle } = start();
    const a = cluster.put("configmaps", configMap("a", [], ["orphan"]));
    cluster.put("configmaps", configMap("b", [owner(a)]));
    await settle();
    cluster.remove("configmaps", "ns", "a");
    await settle();
    expect(
      cluster.list("configmaps").map(({ metadata: { name, ownerReferences } }) => ({ name, ownerReferences })),
    ).toEqual([{ name: "b", ownerReferences: undefined }]);
  });

  it.each<[string, (uid: string) => OwnerReference[], boolean]>([
    ["of a kind that is not served", (uid) => [{ apiVersion: "v1", kind: "Nonsense", name: "a", uid }], true],
    ["of a version that is not served", (uid) => [{ apiVersion: "v9", kind: "ConfigMap", name: "a", uid }], true],
    ["of another kind", (uid) => [{ apiVersion: "v1", kind: "Secret", name: "a", uid }], false],
    ["of another name", (uid) => [{ apiVersion: "v1", kind: "ConfigMap", name: "b", uid }], false],
    [
      "beside one of a kind that is not served",
      (uid) => [
        { apiVersion: "v1", kind: "ConfigMap", name: "a", uid: "gone" },
        { apiVersion: "v1", kind: "Nonsense", name: "a", uid },
      ],
      true,
    ],
  ])("CTL-GC-UNKNOWN: an object with an owner %s", async (_, referencesTo, stays) => {
    const { cluster, pass } = start();
    const { metadata } = cluster.put("configmaps", configMap("a"));
    const ownerReferences = referencesTo(metadata.uid);
    cluster.put("configmaps", configMap("dependent", ownerReferences));
    await pass(2000);
    expect(cluster.get("configmaps", "ns", "dependent")?.metadata.ownerReferences).toEqual(
      stays ? ownerReferences : undefined,
    );
  });

  it("CTL-GC-ELSEWHERE: reports once that an owner is in another namespace, however often the deletion is tried", async () => {
    const { cluster, pass } = start();
    const elsewhere = cluster.put("configmaps", { ...configMap("a"), metadata: { name: "a", namespace: "other" } });
    cluster.refuse = (verb, { resource }) =>
      verb === "delete" && resource === "configmaps" ? { code: 403, message: "no" } : undefined;
    cluster.put("configmaps", configMap("dependent", [owner(elsewhere)]));
    await pass(20_000);
    cluster.change("configmaps", "ns", "dependent", ({ metadata }) => {
      metadata.finalizers = ["example.com/f"];
    });
    await pass(20_000);
    expect(cluster.list("events")).toMatchObject([{ reason: "OwnerRefInvalidNamespace", count: 1 }]);
  });

  it("CTL-GC-ELSEWHERE: reports it when the object gets that owner, and deletes the object", async () => {
    const { cluster, settle, pass } = start();
    const elsewhere = cluster.put("configmaps", { ...configMap("a"), metadata: { name: "a", namespace: "other" } });
    cluster.put("configmaps", configMap("dependent"));
    await pass(2000);
    expect(cluster.list("events")).toEqual([]);
    cluster.change("configmaps", "ns", "dependent", ({ metadata }) => {
      metadata.ownerReferences = [owner(elsewhere)];
    });
    await settle();
    expect(cluster.list("events")).toMatchObject([{ reason: "OwnerRefInvalidNamespace" }]);
    expect(cluster.get("configmaps", "ns", "dependent")).toBeUndefined();
  });

  it("CTL-GC-ELSEWHERE: reports it when the owner appears", async () => {
    const { cluster, settle } = start();
    // The fake numbers uids.
    const uid = "uid-configmaps-2";
    cluster.put("configmaps", configMap("dependent", [{ apiVersion: "v1", kind: "ConfigMap", name: "a", uid }]));
    await settle();
    const elsewhere = cluster.put("configmaps", { ...configMap("a"), metadata: { name: "a", namespace: "other" } });
    expect(elsewhere.metadata.uid).toBe(uid);
    await settle();
    expect(cluster.list("events")).toMatchObject([{ reason: "OwnerRefInvalidNamespace", count: 1 }]);
  });

  it.each([
    ["that exists", 1],
    ["that is gone", 0],
  ])("CTL-GC-SCOPE: keeps a cluster-scoped object of a namespaced owner %s", async (what, reported) => {
    const { cluster, pass } = start();
    const a = cluster.put("configmaps", configMap("a"));
    if (reported === 0) cluster.remove("configmaps", "ns", "a");
    cluster.put(CLUSTER_ROLES, clusterRole("dep", [owner(a)]));
    await pass(2000);
    expect(cluster.list(CLUSTER_ROLES)).toHaveLength(1);
    const events = cluster.list("events");
    expect(events, what).toHaveLength(reported);
    if (reported > 0)
      expect(events[0]).toMatchObject({
        metadata: { namespace: "default" },
        reason: "OwnerRefInvalidNamespace",
        message: `ownerRef [v1/ConfigMap, namespace: , name: a, uid: ${a.metadata.uid}] does not exist in namespace ""`,
      });
  });

  it("CTL-GC-SCOPE: a cluster-scoped object owns others, cluster-scoped or in any namespace", async () => {
    const { cluster, settle, pass } = start();
    const role = cluster.put(CLUSTER_ROLES, clusterRole("owner"));
    const reference = { apiVersion: role.apiVersion, kind: role.kind, name: "owner", uid: role.metadata.uid };
    cluster.put(CLUSTER_ROLES, clusterRole("dep", [reference]));
    cluster.put("configmaps", configMap("dep", [reference]));
    await pass(2000);
    expect([...cluster.list(CLUSTER_ROLES), ...cluster.list("configmaps")]).toHaveLength(3);
    cluster.remove(CLUSTER_ROLES, "", "owner");
    await settle();
    expect([...cluster.list(CLUSTER_ROLES), ...cluster.list("configmaps")]).toEqual([]);
  });
});
