import { describe, expect, it } from "vitest";
import type { PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import {
  claim,
  db,
  edit,
  events,
  names,
  ready,
  start,
  status,
} from "../../../test/fakes/controllers/controlled-stateful-set.ts";

const READY = { type: "Ready", status: "True", lastTransitionTime: "2024-01-01T00:00:00Z" };

describe("stateful set", () => {
  it("deletes claims with the pods that a scale-down removes, if the policy says so", async () => {
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
    const claims = () => at.cluster.list("persistentvolumeclaims").map(({ metadata }) => metadata.name);
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

  it("CTL-STS-INVARIANTS: recreates the claim of a pending pod when it is deleted, not that of one that runs", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db({ podManagementPolicy: "Parallel", volumeClaimTemplates: [claim] }));
    await at.settle();
    at.cluster.change("pods", "ns", "db-0", (draft) => {
      draft.status = { phase: "Pending" };
    });
    ready(at, "db-1");
    await at.settle();
    for (const name of ["data-db-0", "data-db-1"]) at.cluster.remove("persistentvolumeclaims", "ns", name);
    await at.settle();
    expect(at.cluster.list("persistentvolumeclaims").map(({ metadata }) => metadata.name)).toEqual(["data-db-0"]);
  });

  it("CTL-STS-INVARIANTS: sets owner references on the claims of all surplus pods before it deletes the first pod", async () => {
    const at = start();
    at.cluster.put(
      "statefulsets.apps",
      db({
        replicas: 3,
        volumeClaimTemplates: [claim],
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Delete" },
      }),
    );
    for (const name of ["db-0", "db-1", "db-2"]) {
      await at.settle();
      at.cluster.change("pods", "ns", name, (draft) => {
        draft.metadata.finalizers = ["example.com/hold"];
        draft.status = { phase: "Running", conditions: [READY] };
      });
    }
    edit(at, (draft) => {
      draft.spec.replicas = 1;
    });
    await at.settle();
    const owners = at.cluster
      .list("persistentvolumeclaims")
      .map(({ metadata }) => metadata.ownerReferences?.map(({ name }) => name).join() ?? "");
    expect(owners).toEqual(["", "db-1", "db-2"]);
    const ending = at.cluster.list("pods").filter(({ metadata }) => metadata.deletionTimestamp);
    expect(ending.map(({ metadata }) => metadata.name)).toEqual(["db-2"]);
  });

  it("CTL-STS-CLAIM: does not create a pod for a terminating claim, and reports it", async () => {
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
    at.cluster.change("persistentvolumeclaims", "ns", "data-db-0", (draft) => {
      draft.metadata.finalizers = [];
    });
    at.cluster.remove("persistentvolumeclaims", "ns", "data-db-0");
    await at.settle();
    expect(names(at)).toEqual(["db-0"]);
  });

  it("CTL-STS-REFUSED: reports a claim that may not be created, for the claim and for its pod", async () => {
    const at = start();
    at.cluster.refuse = (verb, { resource }) =>
      verb === "create" && resource === "persistentvolumeclaims" ? { code: 403, message: "no" } : undefined;
    at.cluster.put("statefulsets.apps", db({ volumeClaimTemplates: [claim] }));
    await at.settle();
    expect(new Set(events(at))).toEqual(
      new Set([
        "FailedCreate: Create Claim data-db-0 for Pod db-0 in StatefulSet db failed error: no",
        "FailedCreate: Create Pod db-0 in StatefulSet db failed error: failed to create PVC data-db-0: no",
      ]),
    );
    expect(names(at)).toEqual([]);
  });

  it("CTL-STS-INVARIANTS: recreates the claims of a pending pod, and restores a ready pod's missing labels", async () => {
    const at = start();
    const persistentVolumeClaimRetentionPolicy = { whenDeleted: "Delete", whenScaled: "Retain" };
    at.cluster.put(
      "statefulsets.apps",
      db({ replicas: 1, volumeClaimTemplates: [claim], persistentVolumeClaimRetentionPolicy }),
    );
    await at.settle();
    const owners = () =>
      at.cluster.list("persistentvolumeclaims").map(({ metadata }) => metadata.ownerReferences?.[0]?.name);
    expect(owners()).toEqual(["db"]);
    at.cluster.remove("persistentvolumeclaims", "ns", "data-db-0");
    at.cluster.change("pods", "ns", "db-0", (draft) => {
      draft.status = { phase: "Pending" };
      draft.metadata.labels = { app: "db", "controller-revision-hash": status(at)?.updateRevision ?? "" };
    });
    await at.settle();
    expect(owners()).toEqual(["db"]);
    const label = () => at.cluster.get("pods", "ns", "db-0")?.metadata.labels?.["statefulset.kubernetes.io/pod-name"];
    expect(label()).toBeUndefined();
    at.cluster.change("pods", "ns", "db-0", (draft) => {
      draft.status = { phase: "Running", conditions: [READY] };
    });
    await at.settle();
    expect(label()).toBe("db-0");
    expect(events(at)).toContain("SuccessfulUpdate: Update Pod db-0 in StatefulSet db successful");
  });

  it.each([
    ["Pending", "OrderedReady", []],
    ["Pending", "Parallel", []],
    ["Running", "Parallel", ["SuccessfulUpdate: Update Pod db-0 in StatefulSet db successful"]],
  ])(
    "CTL-STS-INVARIANTS: sets the owners of the claims of a %s pod of a set that is %s",
    async (phase, how, reported) => {
      const at = start();
      const policy = (whenDeleted: string) => ({
        persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled: "Retain" },
      });
      at.cluster.put(
        "statefulsets.apps",
        db({ replicas: 1, podManagementPolicy: how, volumeClaimTemplates: [claim], ...policy("Retain") }),
      );
      await at.settle();
      at.cluster.change("pods", "ns", "db-0", (draft) => {
        draft.status = { phase };
      });
      edit(at, ({ spec }) => {
        Object.assign(spec, policy("Delete"));
      });
      await at.settle();
      const [made] = at.cluster.list("persistentvolumeclaims");
      expect(made?.metadata.ownerReferences?.map(({ name }) => name)).toEqual(["db"]);
      expect(events(at).filter((text) => text.includes("Update"))).toEqual(reported);
    },
  );

  it.each([
    ["somebody else controls", { apiVersion: "v1", kind: "ConfigMap", name: "c", uid: "u", controller: true }, true],
    ["a set of its name controlled", { apiVersion: "apps/v1", kind: "StatefulSet", name: "db", uid: "u" }, false],
  ])("leaves a claim alone that %s", async (_, owner, reported) => {
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
    at.cluster.change("pods", "ns", "db-0", (draft) => {
      draft.status = { phase: "Pending" };
    });
    await at.settle();
    const [first] = at.cluster.list("persistentvolumeclaims");
    expect(first?.metadata.ownerReferences).toEqual([owner]);
    expect(events(at).some((text) => text.startsWith("ConflictingController: "))).toBe(reported);
    expect(names(at)).toEqual(["db-0"]);
  });
});
