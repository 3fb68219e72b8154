import { describe, expect, it } from "vitest";
import type { ControllerRevision, StatefulSet } from "../../../api/generated/apps.v1.ts";
import type { Event, PersistentVolumeClaim, Pod } from "../../../api/generated/core.v1.ts";
import { type ControlledCluster, controlledCluster } from "../../../test/fakes/controlled-cluster.ts";
import { garbageCollector } from "../garbage-collector.ts";
import { statefulSetController } from "./statefulset.ts";

const start = () => controlledCluster([statefulSetController, garbageCollector]);
const db = (spec: Partial<StatefulSet["spec"]> = {}): StatefulSet => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "db", namespace: "ns" },
  spec: {
    replicas: 2,
    serviceName: "db",
    selector: { matchLabels: { app: "db" } },
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
    template: { metadata: { labels: { app: "db" } }, spec: { containers: [{ name: "c", image: "pause:1" }] } },
    ...spec,
  },
  status: { replicas: 0 },
});
const claim = { metadata: { name: "data", labels: { v: "w" } }, spec: { accessModes: ["ReadWriteOnce"] }, status: {} };
const names = ({ cluster }: ControlledCluster) =>
  cluster
    .list<Pod>("pods")
    .map(({ metadata }) => metadata.name)
    .sort();
const status = ({ cluster }: ControlledCluster) => cluster.get<StatefulSet>("statefulsets.apps", "ns", "db")?.status;
const events = ({ cluster }: ControlledCluster) =>
  cluster.list<Event>("events").map(({ reason, message }) => `${reason}: ${message}`);
const edit = (at: ControlledCluster, change: (draft: StatefulSet) => void) =>
  at.cluster.change<StatefulSet>("statefulsets.apps", "ns", "db", change);
const ready = ({ cluster }: ControlledCluster, name: string) =>
  cluster.change<Pod>("pods", "ns", name, (draft) => {
    draft.status = {
      phase: "Running",
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2024-01-01T00:00:00Z" }],
    };
  });

describe("stateful set", () => {
  it("makes its pods one after the other, each when the one before is ready", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db());
    await at.settle();
    expect(at.complaints).toEqual([]);
    expect(names(at)).toEqual(["db-0"]);
    expect(status(at)).toMatchObject({
      replicas: 1,
      currentReplicas: 1,
      updatedReplicas: 1,
      availableReplicas: 0,
      collisionCount: 0,
    });
    ready(at, "db-0");
    await at.settle();
    expect(names(at)).toEqual(["db-0", "db-1"]);
    const pod = at.cluster.get<Pod>("pods", "ns", "db-1");
    expect(pod?.metadata.labels).toMatchObject({
      "statefulset.kubernetes.io/pod-name": "db-1",
      "apps.kubernetes.io/pod-index": "1",
      "controller-revision-hash": status(at)?.updateRevision,
    });
    expect(pod?.spec).toMatchObject({ hostname: "db-1", subdomain: "db" });
    expect(events(at)).toContain("SuccessfulCreate: Create Pod db-1 in StatefulSet db successful");
  });

  it("replaces from the highest ordinal down, each when the one before is ready again", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db());
    for (const name of ["db-0", "db-1"]) {
      await at.settle();
      ready(at, name);
    }
    await at.settle();
    edit(at, (draft) => {
      draft.spec.template.spec = { containers: [{ name: "c", image: "pause:2" }] };
    });
    await at.settle();
    const images = () =>
      ["db-0", "db-1"].map((name) => at.cluster.get<Pod>("pods", "ns", name)?.spec.containers[0]?.image);
    expect(images()).toEqual(["pause:1", "pause:2"]);
    ready(at, "db-1");
    await at.settle();
    expect(images()).toEqual(["pause:2", "pause:2"]);
    ready(at, "db-0");
    await at.settle();
    expect(status(at)?.currentRevision).toBe(status(at)?.updateRevision);
  });

  it("leaves running pods alone under OnDelete", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db({ podManagementPolicy: "Parallel", updateStrategy: { type: "OnDelete" } }));
    await at.settle();
    edit(at, (draft) => {
      draft.spec.template.spec = { containers: [{ name: "c", image: "pause:2" }] };
    });
    await at.settle();
    expect(status(at)).toMatchObject({ currentReplicas: 2 });
    expect(status(at)?.updatedReplicas).toBeUndefined();
    at.cluster.remove("pods", "ns", "db-1");
    await at.settle();
    expect(at.cluster.get<Pod>("pods", "ns", "db-1")?.spec.containers[0]?.image).toBe("pause:2");
    expect(status(at)).toMatchObject({ currentReplicas: 1, updatedReplicas: 1 });
  });

  it("lets claims go with the pods that a scale-down removes, where the policy says so", async () => {
    const at = start();
    const policy = { whenDeleted: "Delete", whenScaled: "Delete" };
    at.cluster.put(
      "statefulsets.apps",
      db({
        podManagementPolicy: "Parallel",
        volumeClaimTemplates: [claim],
        persistentVolumeClaimRetentionPolicy: policy,
      }),
    );
    await at.pass(2000);
    const claims = () =>
      at.cluster.list<PersistentVolumeClaim>("persistentvolumeclaims").map(({ metadata }) => metadata.name);
    expect(claims()).toEqual(["data-db-0", "data-db-1"]);
    expect(events(at)).toContain("SuccessfulCreate: Create Claim data-db-0 Pod db-0 in StatefulSet db success");
    edit(at, (draft) => {
      draft.spec.replicas = 1;
    });
    await at.settle();
    expect(at.complaints).toEqual([]);
    expect(names(at)).toEqual(["db-0"]);
    expect(claims()).toEqual(["data-db-0"]);
    at.cluster.remove("statefulsets.apps", "ns", "db");
    await at.settle();
    expect(claims()).toEqual([]);
  });

  it("makes a failed pod again", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db({ replicas: 1 }));
    await at.settle();
    const before = at.cluster.get("pods", "ns", "db-0")?.metadata.uid;
    at.cluster.change<Pod>("pods", "ns", "db-0", (draft) => {
      draft.status = { phase: "Failed" };
    });
    await at.settle();
    expect(at.cluster.get("pods", "ns", "db-0")?.metadata.uid).not.toBe(before);
    expect(events(at)).toContain("SuccessfulDelete: Delete Pod db-0 in StatefulSet db successful");
  });

  it("[CTL-STS-CLAIM] does not put a pod on a claim that is being deleted, and says so", async () => {
    const at = start();
    at.cluster.put("persistentvolumeclaims", {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data-db-0", namespace: "ns", finalizers: ["kubernetes.io/pvc-protection"] },
      spec: {},
      status: {},
    } as PersistentVolumeClaim);
    at.cluster.remove("persistentvolumeclaims", "ns", "data-db-0");
    at.cluster.put("statefulsets.apps", db({ volumeClaimTemplates: [claim] }));
    await at.settle();
    expect(names(at)).toEqual([]);
    const why = "Create Pod db-0 in StatefulSet db failed error: pvc data-db-0 is being deleted";
    expect(events(at)).toEqual([`FailedCreate: ${why}`]);
    at.cluster.change<PersistentVolumeClaim>("persistentvolumeclaims", "ns", "data-db-0", (draft) => {
      draft.metadata.finalizers = [];
    });
    at.cluster.remove("persistentvolumeclaims", "ns", "data-db-0");
    await at.settle();
    expect(names(at)).toEqual(["db-0"]);
  });

  it("makes the claims of a pending pod again, and gives a pod its lost labels back", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db({ replicas: 1, volumeClaimTemplates: [claim] }));
    await at.settle();
    at.cluster.remove("persistentvolumeclaims", "ns", "data-db-0");
    at.cluster.change<Pod>("pods", "ns", "db-0", (draft) => {
      draft.status = { phase: "Pending" };
      draft.metadata.labels = { app: "db", "controller-revision-hash": status(at)?.updateRevision ?? "" };
    });
    await at.settle();
    expect(at.cluster.list("persistentvolumeclaims")).toHaveLength(1);
    expect(at.cluster.get<Pod>("pods", "ns", "db-0")?.metadata.labels).toMatchObject({
      "statefulset.kubernetes.io/pod-name": "db-0",
    });
    expect(events(at)).toContain("SuccessfulUpdate: Update Pod db-0 in StatefulSet db successful");
  });

  it("removes the lowest of several broken pods that are too many, and waits", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db({ replicas: 3 }));
    for (const name of ["db-0", "db-1", "db-2"]) {
      await at.settle();
      ready(at, name);
    }
    for (const name of ["db-1", "db-2"])
      at.cluster.change<Pod>("pods", "ns", name, (draft) => {
        draft.status.conditions = [{ type: "Ready", status: "False" }];
      });
    edit(at, (draft) => {
      draft.spec.replicas = 1;
    });
    await at.settle();
    expect(names(at)).toEqual(["db-0", "db-1", "db-2"]);
    ready(at, "db-2");
    await at.settle();
    expect(names(at)).toEqual(["db-0"]);
  });

  it("takes over the history of one of its name that was deleted and left its pods", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db());
    await at.settle();
    const revision = status(at)?.updateRevision;
    at.cluster.remove("statefulsets.apps", "ns", "db", { propagationPolicy: "Orphan" });
    await at.settle();
    at.cluster.put("statefulsets.apps", db());
    await at.settle();
    expect(at.complaints).toEqual([]);
    expect(at.cluster.list<ControllerRevision>("controllerrevisions.apps")).toMatchObject([
      { metadata: { name: revision, ownerReferences: [{ kind: "StatefulSet" }] } },
    ]);
    expect(status(at)).toMatchObject({ updateRevision: revision, collisionCount: 0 });
  });

  it("CTL-STS-TAKEN: waits in silence for a name that is taken, and counts the others meanwhile", async () => {
    const at = start();
    at.cluster.put("pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "db-1", namespace: "ns" },
      spec: { containers: [] },
      status: {},
    } as Pod);
    at.cluster.put("statefulsets.apps", db());
    await at.settle();
    ready(at, "db-0");
    await at.pass(100);
    expect(names(at)).toEqual(["db-0", "db-1"]);
    expect(events(at)).toEqual(["SuccessfulCreate: Create Pod db-0 in StatefulSet db successful"]);
    expect(status(at)).toMatchObject({ replicas: 1, readyReplicas: 1, availableReplicas: 1 });
  });

  it("CTL-REVISION-TAKEN: names a revision by a later hash where its name is taken, and labels it with the first", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db());
    await at.settle();
    const name = status(at)?.updateRevision ?? "";
    const again = async (data: unknown) => {
      const other = start();
      const taken = { apiVersion: "apps/v1", kind: "ControllerRevision", metadata: { name, namespace: "ns" }, data };
      other.cluster.put("controllerrevisions.apps", { ...taken, revision: 7 } as ControllerRevision);
      other.cluster.put("statefulsets.apps", db());
      await other.settle();
      const { updateRevision = "", collisionCount } = status(other) ?? {};
      const made = other.cluster.get<ControllerRevision>("controllerrevisions.apps", "ns", updateRevision);
      return { updateRevision, collisionCount, label: made?.metadata.labels?.["controller.kubernetes.io/hash"] };
    };
    const moved = await again({ other: "data" });
    expect(moved).toMatchObject({ collisionCount: 1, label: name.slice("db-".length) });
    expect(moved.updateRevision).not.toBe(name);
    const data = at.cluster.get<ControllerRevision>("controllerrevisions.apps", "ns", name)?.data;
    expect(await again(data)).toEqual({ updateRevision: name, collisionCount: 0, label: undefined });
  });

  it("makes no revision of what is being deleted, though its own are being orphaned", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db());
    await at.settle();
    const [mine] = at.cluster.list<ControllerRevision>("controllerrevisions.apps");
    edit(at, (draft) => {
      draft.metadata.deletionTimestamp = "2024-01-01T00:00:00Z";
      draft.metadata.finalizers = ["orphan"];
    });
    at.cluster.change<ControllerRevision>("controllerrevisions.apps", "ns", mine?.metadata.name ?? "", (draft) => {
      delete draft.metadata.ownerReferences;
    });
    await at.settle();
    expect(at.cluster.list("controllerrevisions.apps")).toHaveLength(1);
  });

  it.each([
    ["somebody else controls", { apiVersion: "v1", kind: "ConfigMap", name: "c", uid: "u", controller: true }, true],
    ["a set of its name controlled", { apiVersion: "apps/v1", kind: "StatefulSet", name: "db", uid: "u" }, false],
  ])("leaves a claim alone that %s", async (_, owner, told) => {
    const at = start();
    const metadata = { name: "data-db-0", namespace: "ns", ownerReferences: [owner] };
    at.cluster.put("persistentvolumeclaims", { ...claim, apiVersion: "v1", kind: "PersistentVolumeClaim", metadata });
    const policy = { whenDeleted: "Delete", whenScaled: "Retain" };
    at.cluster.put(
      "statefulsets.apps",
      db({ replicas: 1, volumeClaimTemplates: [claim], persistentVolumeClaimRetentionPolicy: policy }),
    );
    at.cluster.put("configmaps", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "c", namespace: "ns", uid: "u" },
    });
    await at.settle();
    at.cluster.change<Pod>("pods", "ns", "db-0", (draft) => {
      draft.status = { phase: "Pending" };
    });
    await at.settle();
    const [first] = at.cluster.list<PersistentVolumeClaim>("persistentvolumeclaims");
    expect(first?.metadata.ownerReferences).toEqual([owner]);
    expect(events(at).some((text) => text.startsWith("ConflictingController: "))).toBe(told);
    expect(names(at)).toEqual(["db-0"]);
  });
});
