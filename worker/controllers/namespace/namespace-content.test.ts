import { describe, expect, it } from "vitest";
import type { ConfigMap, Namespace } from "../../../api/generated/core.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { garbageCollector } from "../garbage-collector.ts";
import { namespaceController } from "./namespace.ts";

const start = () => controlledCluster([garbageCollector, namespaceController]);
const configMap = (name: string, finalizers?: string[]): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "ns", ...(finalizers ? { finalizers } : {}) },
});
const namespace: Namespace = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "ns", finalizers: ["x"] },
  spec: { finalizers: ["kubernetes"] },
  status: {},
};

describe("namespace deletion", () => {
  it("removes the content, reports what delays it, and releases the namespace", async () => {
    const { cluster, settle, complaints } = start();
    cluster.put("namespaces", namespace);
    cluster.put("configmaps", configMap("free"));
    cluster.put("configmaps", configMap("held", ["example.com/hold"]));
    await settle();
    cluster.remove("namespaces", "", "ns");
    await settle();
    expect(complaints).toEqual([]);
    expect(cluster.list("configmaps").map(({ metadata }) => metadata.name)).toEqual(["held"]);
    const { conditions } = cluster.get("namespaces", "", "ns")?.status ?? {};
    expect(conditions?.map(({ type, status, message }) => `${type} ${status} ${message}`).slice(3)).toEqual([
      "NamespaceContentRemaining True Some resources are remaining: configmaps. has 1 resource instances",
      "NamespaceFinalizersRemaining True Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
    ]);
    await cluster.api.patch({ resource: "configmaps", namespace: "ns", name: "held" }, "application/merge-patch+json", {
      metadata: { finalizers: null },
    });
    await settle();
    expect(cluster.get("namespaces", "", "ns")?.spec.finalizers).toEqual([]);
  });

  it.each(["allows deleting", "refuses to delete"])(
    "sends one request for many objects if the API %s the collection",
    async (api) => {
      const { cluster, settle, pass } = start();
      cluster.put("namespaces", namespace);
      for (let i = 0; i < 30; i++) cluster.put("configmaps", configMap(`c${i}`));
      await settle();
      if (api === "refuses to delete")
        cluster.refuse = (verb) => (verb === "delete-collection" ? { code: 403 } : undefined);
      cluster.requests.length = 0;
      cluster.remove("namespaces", "", "ns");
      await settle();
      await pass(100);
      expect(cluster.list("configmaps")).toEqual([]);
      const deletions = cluster.requests.filter((request) => request.startsWith("delete"));
      expect(deletions).toHaveLength(api === "refuses to delete" ? 31 : 1);
    },
  );
});
