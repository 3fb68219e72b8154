import { describe, expect, it } from "vitest";
import type { ConfigMap } from "../../api/generated/core.v1.ts";
import type { OwnerReference } from "../../api/generated/meta.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { controlledCluster } from "../../test/fakes/controllers/controlled-cluster.ts";
import { garbageCollector } from "./garbage-collector.ts";

const start = () => controlledCluster([garbageCollector]);
const configMap = (name: string, owners: readonly OwnerReference[] = [], finalizers?: string[]): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name,
    namespace: "ns",
    ...(owners.length > 0 ? { ownerReferences: [...owners] } : {}),
    ...(finalizers ? { finalizers } : {}),
  },
});
const owner = (object: Stored<ConfigMap>, blocking = false): OwnerReference => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  name: object.metadata.name,
  uid: object.metadata.uid,
  ...(blocking ? { blockOwnerDeletion: true } : {}),
});

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
    cluster.remove("configmaps", "ns", "deleted");
    cluster.remove("configmaps", "ns", "a", { propagationPolicy: "Orphan" });
    await settle();
    expect(cluster.get("configmaps", "ns", "a")).toBeUndefined();
    for (const name of ["b", "deleted"])
      expect(cluster.get("configmaps", "ns", name)?.metadata.ownerReferences).toBeUndefined();
  });

  it("removes only the reference to the missing one of two owners", async () => {
    const { cluster, settle } = start();
    const a = cluster.put("configmaps", configMap("a"));
    const b = cluster.put("configmaps", configMap("b"));
    cluster.put("configmaps", configMap("c", [owner(a), owner(b)]));
    cluster.remove("configmaps", "ns", "a");
    await settle();
    expect(cluster.get("configmaps", "ns", "c")?.metadata.ownerReferences).toEqual([owner(b)]);
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
    cluster.change("configmaps", "ns", "dependent", ({ metadata, ...rest }) => ({
      ...rest,
      metadata: { ...metadata, finalizers: ["example.com/f"] },
    }));
    await pass(20_000);
    expect(cluster.list("events")).toMatchObject([{ reason: "OwnerRefInvalidNamespace", count: 1 }]);
  });

  it.each([
    ["that exists", 1],
    ["that is gone", 0],
  ])("CTL-GC-SCOPE: keeps a cluster-scoped object of a namespaced owner %s", async (what, reported) => {
    const { cluster, settle } = start();
    const a = cluster.put("configmaps", configMap("a"));
    if (reported === 0) cluster.remove("configmaps", "ns", "a");
    cluster.put("clusterroles.rbac.authorization.k8s.io", {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "dep", ownerReferences: [owner(a)] },
    });
    await settle();
    expect(cluster.list("clusterroles.rbac.authorization.k8s.io")).toHaveLength(1);
    const events = cluster.list("events");
    expect(events, what).toHaveLength(reported);
    if (reported > 0)
      expect(events[0]).toMatchObject({
        metadata: { namespace: "default" },
        reason: "OwnerRefInvalidNamespace",
        message: `ownerRef [v1/ConfigMap, namespace: , name: a, uid: ${a.metadata.uid}] does not exist in namespace ""`,
      });
  });
});
