import { describe, expect, it } from "vitest";
import type { Deployment } from "../../../api/generated/apps.v1.ts";
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

describe("deployment", () => {
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
});
