import { describe, expect, it } from "vitest";
import type { Deployment, ReplicaSet } from "../../../api/generated/apps.v1.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import {
  condition,
  deployment,
  events,
  makeReady,
  pods,
  sets,
  start,
  web,
} from "../../../test/fakes/controllers/controlled-deployment.ts";
import { deploymentController } from "./deployment.ts";

describe("deployment", () => {
  it("CTL-NAME-CUT: cuts its name in that of its replica set if both are too long", async () => {
    const at = start();
    const name = "w".repeat(250);
    const of = web();
    at.cluster.put("deployments.apps", { ...of, metadata: { ...of.metadata, name } });
    await at.settle();
    const [set] = at.cluster.list<ReplicaSet>("replicasets.apps");
    const hash = set?.metadata.labels?.["pod-template-hash"] ?? "";
    expect(set?.metadata.name).toBe(`${name.slice(0, 252 - hash.length)}-${hash}`);
  });

  it("creates a replica set from its template, named and labelled by the template's hash", async () => {
    const at = start();
    at.cluster.put("deployments.apps", web());
    await at.settle();
    expect(at.complaints).toEqual([]);
    expect(pods(at)).toHaveLength(2);
    const [set] = sets(at);
    const hash = set?.metadata.labels?.["pod-template-hash"];
    expect(set?.metadata).toMatchObject({
      name: `web-${hash}`,
      annotations: {
        "deployment.kubernetes.io/desired-replicas": "2",
        "deployment.kubernetes.io/max-replicas": "3",
        "deployment.kubernetes.io/revision": "1",
      },
    });
    expect(deployment(at).status).toMatchObject({
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      unavailableReplicas: 2,
      terminatingReplicas: 0,
    });
    expect(condition(at, "Available")).toMatchObject({ status: "False", reason: "MinimumReplicasUnavailable" });
    expect(events(at)).toContain("ScalingReplicaSet: Scaled up replica set web-HASH from 0 to 2");
  });

  it("reports progress complete once all pods are available", async () => {
    const at = start();
    at.cluster.put("deployments.apps", web());
    await at.settle();
    makeReady(at, pods(at));
    await at.settle();
    expect(condition(at, "Progressing")).toMatchObject({
      status: "True",
      reason: "NewReplicaSetAvailable",
      message: `ReplicaSet "${sets(at)[0]?.metadata.name}" has successfully progressed.`,
    });
    expect(deployment(at).status.unavailableReplicas).toBeUndefined();
  });

  it("reports ProgressDeadlineExceeded when the deadline passes, and wakes only for that", async () => {
    const at = start();
    at.cluster.put("deployments.apps", web({ progressDeadlineSeconds: 5 }));
    await at.settle();
    await at.pass(10_000);
    expect(condition(at, "Progressing")).toMatchObject({ status: "False", reason: "ProgressDeadlineExceeded" });
    expect(at.wakeAt()).toBeUndefined();
  });

  it("reports why its replica set cannot be created, until it is", async () => {
    const at = start();
    at.cluster.refuse = (verb, { resource }) =>
      verb === "create" && resource === "replicasets.apps" ? { code: 403, message: "exceeded quota" } : undefined;
    at.cluster.put("deployments.apps", web());
    await at.pass(1000);
    const { message = "", ...said } = condition(at, "Progressing") ?? {};
    expect(said).toMatchObject({ status: "False", reason: "ReplicaSetCreateError" });
    expect(message).toMatch(/^Failed to create new replica set "web-[a-z0-9]+": exceeded quota$/);
    at.cluster.refuse = () => undefined;
    await at.pass(60_000);
    expect(condition(at, "Progressing")?.status).toBe("True");
  });

  it.each<[string, (draft: Deployment) => void]>([
    [
      "is paused",
      ({ spec }) => {
        spec.paused = true;
      },
    ],
    [
      "is being deleted",
      ({ metadata }) => {
        Object.assign(metadata, { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["example.com/held"] });
      },
    ],
  ])("keeps its newest replica set's annotations current while it %s", async (_, edit) => {
    const at = start();
    at.cluster.put("deployments.apps", web());
    await at.settle();
    at.cluster.change("deployments.apps", "ns", "web", (draft) => {
      edit(draft);
      draft.metadata.annotations = { ...draft.metadata.annotations, "kubernetes.io/change-cause": "because" };
    });
    await at.settle();
    expect(sets(at)[0]?.metadata.annotations?.["kubernetes.io/change-cause"]).toBe("because");
  });

  it("avoids a taken name by incrementing the collision count", async () => {
    const at = start();
    at.cluster.put("deployments.apps", web({ replicas: 0 }));
    await at.settle();
    const name = sets(at)[0]?.metadata.name ?? "";
    at.cluster.change("replicasets.apps", "ns", name, (draft) => {
      draft.metadata.labels = { app: "other" };
    });
    await at.settle();
    expect(deployment(at).status.collisionCount).toBe(1);
    expect(sets(at)).toHaveLength(2);
    expect(sets(at)[0]?.metadata.ownerReferences).toBeUndefined();
  });

  it("keeps no more old replica sets than revisionHistoryLimit", async () => {
    const at = start();
    at.cluster.put("deployments.apps", web({ replicas: 0, revisionHistoryLimit: 1 }));
    for (const image of ["pause:1", "pause:2", "pause:3", "pause:4"]) {
      at.cluster.change("deployments.apps", "ns", "web", (draft) => {
        draft.spec.template.spec = { containers: [{ name: "c", image }] };
      });
      await at.settle();
    }
    expect(sets(at).map(({ metadata }) => metadata.annotations?.["deployment.kubernetes.io/revision"])).toEqual([
      "3",
      "4",
    ]);
  });

  it("CTL-DEPLOY-PAUSED: scales but does not roll while it is paused, and says so", async () => {
    const at = start();
    at.cluster.put("deployments.apps", web());
    await at.settle();
    at.cluster.change("deployments.apps", "ns", "web", ({ spec }) => {
      Object.assign(spec, { paused: true, replicas: 3 });
      spec.template.spec = { containers: [{ name: "c", image: "pause:2" }] };
    });
    await at.settle();
    expect(sets(at).map(({ spec }) => spec.replicas)).toEqual([3]);
    expect(condition(at, "Progressing")).toMatchObject({
      status: "Unknown",
      reason: "DeploymentPaused",
      message: "Deployment is paused",
    });
    await at.pass(601_000);
    expect(condition(at, "Progressing")?.reason).toBe("DeploymentPaused");
    at.cluster.change("deployments.apps", "ns", "web", ({ spec }) => {
      spec.paused = false;
    });
    await at.settle();
    expect(sets(at)).toHaveLength(2);
    expect(condition(at, "Progressing")).toMatchObject({ status: "True", lastUpdateTime: timestamp(at.cluster.now) });
  });

  it("CTL-DEPLOY-PAUSED: stays late when it is paused after its deadline", async () => {
    const at = start();
    at.cluster.put("deployments.apps", web({ progressDeadlineSeconds: 5 }));
    await at.settle();
    await at.pass(10_000);
    at.cluster.change("deployments.apps", "ns", "web", ({ spec }) => {
      spec.paused = true;
    });
    await at.settle();
    expect(condition(at, "Progressing")?.reason).toBe("ProgressDeadlineExceeded");
  });

  it("says once that it selects everything, and does nothing else", async () => {
    const at = start();
    at.cluster.put("deployments.apps", web({ selector: {} }));
    await at.settle();
    at.cluster.change("deployments.apps", "ns", "web", ({ metadata }) => {
      metadata.annotations = { a: "1" };
    });
    await at.settle();
    expect(sets(at)).toEqual([]);
    expect(deployment(at).status.observedGeneration).toBe(1);
    expect(events(at)).toEqual([
      "SelectingAll: This deployment is selecting all pods. A non-empty selector is required.",
    ]);
  });

  it("gives its sets its own minReadySeconds, and its newest the revision that it has", async () => {
    const at = start();
    at.cluster.put("deployments.apps", web({ minReadySeconds: 7 }));
    await at.settle();
    expect(sets(at)[0]?.spec.minReadySeconds).toBe(7);
    at.cluster.change("deployments.apps", "ns", "web", ({ spec }) => {
      delete spec.minReadySeconds;
    });
    await at.settle();
    expect(sets(at)[0]?.spec.minReadySeconds ?? 0).toBe(0);
    expect(deployment(at).metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe("1");
  });

  it("records the size of sets that were scaled for another, without an event", async () => {
    const at = start();
    at.cluster.put("deployments.apps", web());
    await at.settle();
    const [set] = sets(at);
    at.cluster.change("replicasets.apps", "ns", set?.metadata.name ?? "", ({ metadata }) => {
      metadata.annotations = { ...metadata.annotations, "deployment.kubernetes.io/desired-replicas": "9", mine: "1" };
    });
    await at.settle();
    expect(sets(at)[0]?.metadata.annotations).toMatchObject({
      "deployment.kubernetes.io/desired-replicas": "2",
      mine: "1",
    });
    expect(events(at).filter((text) => text.startsWith("Scaling"))).toHaveLength(1);
  });

  describe("keeps no old set beyond its history limit", () => {
    const old = (
      name: string,
      revision: string,
      more: { replicas?: number; there?: number; observed?: number; leaving?: boolean } = {},
    ) =>
      ({
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        metadata: {
          name,
          namespace: "ns",
          labels: { app: "web" },
          annotations: { "deployment.kubernetes.io/revision": revision },
          ...(more.leaving && { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["example.com/held"] }),
        },
        spec: {
          replicas: more.replicas ?? 0,
          selector: { matchLabels: { app: "web" } },
          template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image: name }] } },
        },
        status: { replicas: more.there ?? 0, observedGeneration: more.observed ?? 1 },
      }) as ReplicaSet;

    it.each<[string, number, readonly ReplicaSet[], string[]]>([
      ["the oldest revisions go first", 1, [old("a", "2"), old("b", "10"), old("c", "1")], ["b"]],
      ["those that are leaving do not count", 1, [old("a", "1", { leaving: true }), old("b", "2")], ["a", "b"]],
      ["those that still have pods stay", 0, [old("a", "1", { there: 1 }), old("b", "2")], ["a"]],
      ["those that were not seen as they are now stay", 0, [old("a", "1", { observed: 0 }), old("b", "2")], ["a"]],
      ["all stay without a limit", 2147483647, [old("a", "1"), old("b", "2")], ["a", "b"]],
    ])("%s", async (_, limit, olds, left) => {
      const at = controlledCluster([deploymentController]);
      for (const set of olds) at.cluster.put("replicasets.apps", set);
      at.cluster.put("deployments.apps", web({ replicas: 0, paused: true, revisionHistoryLimit: limit }));
      await at.settle();
      expect(
        sets(at)
          .map(({ metadata }) => metadata.name)
          .filter((name) => name.length === 1),
      ).toEqual(left);
    });

    it("while its rollout is not complete, unless it is paused", async () => {
      const at = controlledCluster([deploymentController]);
      at.cluster.put("replicasets.apps", old("a", "1"));
      at.cluster.put("deployments.apps", web({ replicas: 1, revisionHistoryLimit: 0 }));
      await at.settle();
      expect(sets(at)).toHaveLength(2);
      at.cluster.change("deployments.apps", "ns", "web", ({ spec }) => {
        spec.paused = true;
      });
      await at.settle();
      expect(sets(at)).toHaveLength(1);
    });
  });
});
