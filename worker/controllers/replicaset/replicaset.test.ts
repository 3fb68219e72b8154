import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReplicaSet } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { replicaSetController } from "./replicaset.ts";

const set = (replicas: number): ReplicaSet => ({
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: { name: "rs", namespace: "ns" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "x" } },
    template: { metadata: { labels: { app: "x", more: "y" } }, spec: { containers: [{ name: "c", image: "i" }] } },
  },
  status: { replicas: 0 },
});
const start = () => {
  const at = controlledCluster([replicaSetController]);
  const pods = () => at.cluster.list("pods");
  const status = () => at.cluster.get("replicasets.apps", "ns", "rs")?.status;
  return { ...at, pods, status };
};

describe("replica set", () => {
  it("adopts matching pods without an owner, and releases pods that stop matching", async () => {
    const { cluster, settle, pods, status } = start();
    cluster.put<Pod>("pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "solo", namespace: "ns", labels: { app: "x" } },
      spec: { containers: [] },
      status: {},
    });
    cluster.put("replicasets.apps", set(2));
    await settle();
    expect(pods()).toHaveLength(2);
    expect(status()).toEqual({ fullyLabeledReplicas: 1, observedGeneration: 1, replicas: 2, terminatingReplicas: 0 });
    cluster.change("pods", "ns", "solo", (draft) => {
      draft.metadata.labels = { app: "free" };
    });
    await settle();
    expect(cluster.get("pods", "ns", "solo")?.metadata.ownerReferences).toBeUndefined();
    expect(pods()).toHaveLength(3);
  });

  it("counts a pod in the turn that adopts it, so that its status does not dip", async () => {
    const { cluster, settle, pods } = start();
    cluster.put("replicasets.apps", set(3));
    await settle();
    cluster.requests.length = 0;
    cluster.change("pods", "ns", pods()[0]?.metadata.name ?? "", ({ metadata }) => {
      metadata.ownerReferences = [];
    });
    await settle();
    expect(pods()[0]?.metadata.ownerReferences).toHaveLength(1);
    expect(cluster.requests.filter((each) => each.includes("replicasets"))).toEqual([]);
  });

  it("CTL-RS-ENDED: keeps a finished pod, whatever its labels", async () => {
    const { cluster, settle, pods } = start();
    cluster.put("replicasets.apps", set(1));
    await settle();
    const name = pods()[0]?.metadata.name ?? "";
    cluster.change("pods", "ns", name, (draft) => {
      draft.metadata.labels = { app: "free" };
      draft.status = { phase: "Failed" };
    });
    await settle();
    expect(cluster.get("pods", "ns", name)?.metadata.ownerReferences).toHaveLength(1);
    expect(pods()).toHaveLength(2);
  });

  it("reports why it cannot create pods, and clears the condition when it can", async () => {
    const { cluster, settle, pass, status } = start();
    cluster.refuse = (verb, { resource }) =>
      verb === "create" && resource === "pods" ? { code: 403, message: "exceeded quota" } : undefined;
    cluster.put("replicasets.apps", set(1));
    await pass(10);
    expect(status()?.conditions).toMatchObject([
      { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "exceeded quota" },
    ]);
    expect(cluster.list("events")[0]).toMatchObject({
      reason: "FailedCreate",
      message: "Error creating: exceeded quota",
    });
    cluster.refuse = () => undefined;
    await pass(60_000);
    await settle();
    expect(status()?.conditions).toBeUndefined();
    expect(status()?.replicas).toBe(1);
  });

  it("CTL-RS-FAILURE: drops the report of pods that it could not create when it has to delete some", async () => {
    const { cluster, settle, pass, status } = start();
    cluster.put("replicasets.apps", set(2));
    await settle();
    cluster.refuse = (verb, { resource }) =>
      verb === "create" && resource === "pods" ? { code: 403, message: "exceeded quota" } : undefined;
    const scale = (replicas: number) =>
      cluster.change("replicasets.apps", "ns", "rs", ({ spec }) => {
        spec.replicas = replicas;
      });
    scale(3);
    await pass(10);
    expect(status()?.conditions).toMatchObject([{ reason: "FailedCreate" }]);
    cluster.refuse = (verb) => (verb === "delete" ? { code: 500, message: "later" } : undefined);
    scale(1);
    await pass(10);
    expect(status()?.conditions).toMatchObject([{ reason: "FailedDelete", message: "unable to delete pods: later" }]);
  });

  it("drops the report of a failure once it is being deleted", async () => {
    const { cluster, settle, pass, status } = start();
    cluster.refuse = (verb, { resource }) =>
      verb === "create" && resource === "pods" ? { code: 403, message: "exceeded quota" } : undefined;
    cluster.put("replicasets.apps", set(1));
    await pass(10);
    expect(status()?.conditions).toHaveLength(1);
    cluster.change("replicasets.apps", "ns", "rs", (draft) => {
      draft.metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
      draft.metadata.finalizers = ["foregroundDeletion"];
    });
    await settle();
    expect(status()?.conditions).toBeUndefined();
  });

  describe("CTL-RS-RANK: of two pods that are equally good", () => {
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", name: "d", uid: "d", controller: true };
    const pod = (name: string, nodeName: string, at: string, app = "x"): Pod => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "ns", labels: { app }, creationTimestamp: at },
      spec: { nodeName, containers: [] },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True", lastTransitionTime: at }] },
    });
    const older = pod("older", "crowded", "2025-12-01T00:00:00Z");
    const newer = pod("newer", "other", "2025-12-31T00:00:00Z");
    const remaining = async (sets: readonly ReplicaSet[], pods: readonly Pod[]) => {
      const { cluster, settle } = start();
      for (const each of pods) cluster.put("pods", each);
      for (const each of sets) cluster.put("replicasets.apps", each);
      await settle();
      return cluster.list("pods").map(({ metadata }) => metadata.name);
    };
    const owned = (replicas: number, name = "rs", app = "x"): ReplicaSet => {
      const { spec, metadata, ...rest } = set(replicas);
      return {
        ...rest,
        metadata: { ...metadata, name, ownerReferences: [deployment] },
        spec: {
          ...spec,
          selector: { matchLabels: { app } },
          template: { ...spec.template, metadata: { labels: { app } } },
        },
      };
    };

    it("one goes from the node with more pods that sets of the same owner select, whoever owns those", async () => {
      const neighbour = pod("neighbour", "crowded", "2025-12-01T00:00:00Z", "y");
      neighbour.metadata.ownerReferences = [{ ...deployment, kind: "Other", uid: "z" }];
      const left = await remaining([owned(0, "old", "y"), owned(1)], [older, newer, neighbour]);
      expect(left).toEqual(expect.arrayContaining(["newer", "neighbour"]));
      expect(left).toHaveLength(2);
    });

    it("the newer one goes, wherever it is, if nothing controls the set", async () => {
      const crowd = pod("crowd", "crowded", "2025-12-01T00:00:00Z");
      const left = await remaining([set(2)], [older, newer, crowd]);
      expect(left).toEqual(expect.arrayContaining(["older", "crowd"]));
      expect(left).toHaveLength(2);
    });
  });

  it("delays the report of a few more ready pods, and reports at once that all are", async () => {
    const { cluster, settle, pass, pods, status } = start();
    cluster.put("replicasets.apps", set(40));
    await settle();
    await pass(1000);
    const ready = async (from: number, to: number) => {
      for (const pod of pods().slice(from, to))
        cluster.change("pods", "ns", pod.metadata.name, (draft) => {
          draft.status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
        });
      await settle();
      return status()?.readyReplicas;
    };
    expect(await ready(0, 1)).toBe(1);
    expect(await ready(1, 2)).toBe(1);
    await pass(100);
    expect(status()?.readyReplicas).toBe(2);
    expect(await ready(2, 4)).toBe(4);
    expect(await ready(4, 39)).toBe(39);
    expect(await ready(39, 40)).toBe(40);
  });

  it("reaches its size from any state without exceeding it, deleting unready pods first", async () => {
    const steps = fc.array(fc.record({ size: fc.integer({ min: 0, max: 8 }), ready: fc.nat(8), lost: fc.nat(3) }), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (changes) => {
        const { cluster, settle, pods } = start();
        cluster.put("replicasets.apps", set(0));
        for (const { size, ready, lost } of changes) {
          for (const pod of pods().slice(0, lost)) cluster.remove("pods", "ns", pod.metadata.name);
          for (const pod of pods().slice(0, ready))
            cluster.change("pods", "ns", pod.metadata.name, (draft) => {
              draft.status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
            });
          const before = pods().filter(({ status }) => status.conditions).length;
          const most = Math.max(size, pods().length);
          cluster.onCommit = () => expect(pods().length).toBeLessThanOrEqual(most);
          cluster.change("replicasets.apps", "ns", "rs", (draft) => {
            draft.spec.replicas = size;
          });
          await settle();
          expect(pods()).toHaveLength(size);
          expect(pods().filter(({ status }) => status.conditions)).toHaveLength(Math.min(before, size));
        }
      }),
      { numRuns: 40 },
    );
  });
});
