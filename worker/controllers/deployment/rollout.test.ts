import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReplicaSet } from "../../../api/generated/apps.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import {
  deployment,
  makeReady,
  pods,
  sets,
  start,
  web,
} from "../../../test/fakes/controllers/controlled-deployment.ts";
import { deploymentController } from "./deployment.ts";
import { newestSize, planShrink } from "./scaling.ts";

/** Replica sets sorted by name. */
const sized = (name: string, replicas: number, availableReplicas: number, there = replicas) =>
  ({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name, creationTimestamp: "2024-01-01T00:00:00Z" },
    spec: { replicas },
    status: { replicas: there, availableReplicas },
  }) as Stored<ReplicaSet>;

describe("deployment", () => {
  it("rolls forward and back, reusing the old replica set under a new revision", async () => {
    const at = start();
    at.cluster.put("deployments.apps", web({ replicas: 0 }));
    await at.settle();
    for (const image of ["pause:2", "pause:1"]) {
      at.cluster.change("deployments.apps", "ns", "web", (draft) => {
        draft.spec.template.spec = { containers: [{ name: "c", image }] };
      });
      await at.settle();
    }
    expect(at.complaints).toEqual([]);
    expect(sets(at)).toHaveLength(2);
    expect(sets(at)[0]?.metadata.annotations).toMatchObject({
      "deployment.kubernetes.io/revision": "3",
      "deployment.kubernetes.io/revision-history": "1",
    });
    expect(deployment(at).metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe("3");
  });

  it("continues from the revision of an adopted replica set, however large", async () => {
    const at = start();
    at.cluster.put<ReplicaSet>("replicasets.apps", {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        name: "old",
        namespace: "ns",
        labels: { app: "web" },
        annotations: { "deployment.kubernetes.io/revision": "3546343826724305832" },
      },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: "web" } },
        template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "pause:0" }] } },
      },
      status: { replicas: 0 },
    });
    at.cluster.put("deployments.apps", web());
    await at.settle();
    expect(deployment(at).metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe("3546343826724305833");
  });

  it("scales proportionally in the middle of a rollout", async () => {
    const at = start();
    const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } };
    at.cluster.put("deployments.apps", web({ replicas: 4, strategy }));
    await at.settle();
    makeReady(at, pods(at));
    await at.settle();
    at.cluster.change("deployments.apps", "ns", "web", (draft) => {
      draft.spec.template.spec = { containers: [{ name: "c", image: "pause:2" }] };
    });
    await at.settle();
    expect(pods(at)).toHaveLength(6);
    at.cluster.change("deployments.apps", "ns", "web", (draft) => {
      draft.spec.replicas = 8;
    });
    await at.settle();
    expect(sets(at).map(({ spec }) => spec.replicas)).toEqual([7, 3]);
  });

  it("removes all old pods before it creates new ones under Recreate", async () => {
    const at = start();
    at.cluster.put("deployments.apps", web({ strategy: { type: "Recreate" } }));
    await at.settle();
    at.cluster.onCommit = () => {
      const images = new Set(pods(at).map((pod) => pod.spec.containers[0]?.image));
      expect(images.size).toBeLessThanOrEqual(1);
    };
    at.cluster.change("deployments.apps", "ns", "web", (draft) => {
      draft.spec.template.spec = { containers: [{ name: "c", image: "pause:2" }] };
    });
    await at.settle();
    expect(pods(at).map((pod) => pod.spec.containers[0]?.image)).toEqual(["pause:2", "pause:2"]);
  });

  it("waits under Recreate until the last pod is gone, even if it rolls back to an existing replica set", async () => {
    const at = start();
    at.cluster.put("deployments.apps", web({ strategy: { type: "Recreate" } }));
    const roll = async (image: string) => {
      at.cluster.change("deployments.apps", "ns", "web", (draft) => {
        draft.spec.template.spec = { containers: [{ name: "c", image }] };
      });
      await at.settle();
    };
    await at.settle();
    await roll("pause:2");
    const [held] = pods(at);
    if (!held) throw new Error("no pod");
    at.cluster.change("pods", "ns", held.metadata.name ?? "", (draft) => {
      draft.metadata.finalizers = ["example.com/held"];
    });
    await roll("pause:1");
    expect(pods(at).map(({ metadata }) => metadata.name)).toEqual([held.metadata.name]);
    at.cluster.change("pods", "ns", held.metadata.name ?? "", (draft) => {
      draft.metadata.finalizers = [];
    });
    at.cluster.remove("pods", "ns", held.metadata.name ?? "");
    await at.settle();
    expect(pods(at).map((pod) => pod.spec.containers[0]?.image)).toEqual(["pause:1", "pause:1"]);
  });

  it("does not scale up the new replica set before the old one has removed its surplus pods", async () => {
    const at = controlledCluster([deploymentController]);
    const says = (name: string, status: ReplicaSet["status"]) =>
      at.cluster.change("replicasets.apps", "ns", name, (draft) => {
        draft.status = { observedGeneration: draft.metadata.generation ?? 0, ...status };
      });
    const sizes = () => sets(at).map(({ spec }) => spec.replicas);
    const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 2 } };
    at.cluster.put("deployments.apps", web({ replicas: 4, strategy }));
    await at.settle();
    const [old] = sets(at);
    if (!old) throw new Error("no replica set");
    says(old.metadata.name, { replicas: 4, readyReplicas: 4, availableReplicas: 4 });
    at.cluster.change("deployments.apps", "ns", "web", (draft) => {
      draft.spec.template.spec = { containers: [{ name: "c", image: "pause:2" }] };
    });
    await at.settle();
    expect(sizes()).toEqual([2, 0]);
    says(old.metadata.name, { replicas: 2, readyReplicas: 2, availableReplicas: 2 });
    await at.settle();
    expect(sizes()).toEqual([2, 2]);
  });

  it("CTL-DEPLOY-STEPS: removes unhealthy pods first, as a separate step, from the oldest set on", () => {
    const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 2, maxUnavailable: 2 } };
    const [older, newer, newest] = [sized("a", 3, 2), sized("b", 3, 2), sized("c", 0, 0)];
    const steps = planShrink(web({ replicas: 4, strategy }), newest, [newer, older]);
    expect(steps.map(({ replicaSet: { metadata }, replicas, from }) => [metadata.name, replicas, from])).toEqual([
      ["a", 2, undefined],
      ["b", 2, undefined],
      ["a", 0, 2],
    ]);
  });

  it("CTL-DEPLOY-STEPS: scales up the newest set by its full allowance, once all surplus pods are gone", () => {
    const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } };
    const size = (...old: ReturnType<typeof sized>[]) => {
      const newest = sized("c", 1, 0);
      return newestSize(web({ replicas: 6, strategy }), newest, [...old, newest]);
    };
    expect(size(sized("a", 2, 2, 3), sized("b", 2, 2, 4))).toBe(1);
    expect(size(sized("a", 2, 2), sized("b", 2, 2, 3))).toBe(1);
    expect(size(sized("a", 2, 2), sized("b", 2, 2))).toBe(4);
  });

  it("counts maxSurge in max-replicas even with zero replicas", async () => {
    const at = start();
    const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } };
    at.cluster.put("deployments.apps", web({ replicas: 0, strategy }));
    await at.settle();
    expect(sets(at)[0]?.metadata.annotations?.["deployment.kubernetes.io/max-replicas"]).toBe("2");
    expect(pods(at)).toEqual([]);
  });

  it("never exceeds its surge nor falls below its available minimum, in whatever order pods become ready", async () => {
    const plans = fc.record({
      replicas: fc.integer({ min: 1, max: 6 }),
      surge: fc.integer({ min: 0, max: 3 }),
      unavailable: fc.integer({ min: 0, max: 3 }),
      picks: fc.array(fc.nat(20), { minLength: 5, maxLength: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(plans, async ({ replicas, surge, unavailable, picks }) => {
        const rollingUpdate = { maxSurge: surge, maxUnavailable: surge + unavailable === 0 ? 1 : unavailable };
        const at = start();
        at.cluster.put("deployments.apps", web({ replicas, strategy: { type: "RollingUpdate", rollingUpdate } }));
        await at.settle();
        makeReady(at, pods(at));
        await at.settle();
        const least = replicas - Math.min(rollingUpdate.maxUnavailable, replicas);
        at.cluster.onCommit = () => {
          const ready = pods(at).filter((pod) => pod.status.conditions?.[0]?.status === "True").length;
          expect(pods(at).length).toBeLessThanOrEqual(replicas + surge);
          expect(ready).toBeGreaterThanOrEqual(least);
        };
        at.cluster.change("deployments.apps", "ns", "web", (draft) => {
          draft.spec.template.spec = { containers: [{ name: "c", image: "pause:2" }] };
        });
        await at.settle();
        for (const pick of picks) {
          const waiting = pods(at).filter((pod) => !pod.status.conditions);
          if (waiting.length === 0) break;
          makeReady(at, waiting.slice(pick % waiting.length, (pick % waiting.length) + 1));
          await at.settle();
        }
      }),
      { numRuns: 30 },
    );
  });
});
