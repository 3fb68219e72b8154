import { expect, it } from "vitest";
import type { PersistentVolume, PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { volumeBinder } from "./binder.ts";

const start = () => controlledCluster([volumeBinder]);

/** A volume that is reserved for the claim `c`. */
const reserved = (uid?: string): PersistentVolume => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: "v" },
  spec: {
    capacity: { storage: "1Gi" },
    accessModes: ["ReadWriteOnce"],
    hostPath: { path: "/x" },
    claimRef: { namespace: "ns", name: "c", ...(uid ? { uid } : {}) },
  },
  status: {},
});
const claim = (spec: Partial<PersistentVolumeClaim["spec"]>): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "c", namespace: "ns" },
  spec: { accessModes: ["ReadWriteOnce"], storageClassName: "", resources: { requests: { storage: "1Gi" } }, ...spec },
  status: { phase: "Pending" },
});

it("marks a bound claim Lost if its volume is reserved only for its name", async () => {
  const at = start();
  at.cluster.put("persistentvolumes", reserved());
  const bound = claim({ volumeName: "v" });
  at.cluster.put("persistentvolumeclaims", {
    ...bound,
    metadata: { ...bound.metadata, annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
  });
  await at.settle();
  const { status } = at.cluster.get("persistentvolumeclaims", "ns", "c") ?? {};
  expect(status?.phase).toBe("Lost");
  expect(at.cluster.list("events").map(({ reason }) => reason)).toEqual(["ClaimMisbound"]);
});

it("reports a volume that is reserved for a claim of another volumeMode, to both", async () => {
  const at = start();
  const wanted = at.cluster.put("persistentvolumeclaims", claim({ volumeMode: "Block" }));
  const { uid } = wanted.metadata;
  at.cluster.put("persistentvolumes", reserved(uid));
  await at.settle();
  const mismatches = at.cluster.list("events").filter(({ reason }) => reason === "VolumeMismatch");
  expect(mismatches.map(({ involvedObject, message }) => [involvedObject.kind, message])).toEqual([
    [
      "PersistentVolume",
      'Cannot bind PersistentVolume to requested PersistentVolumeClaim "c" due to incompatible volumeMode.',
    ],
    [
      "PersistentVolumeClaim",
      'Cannot bind PersistentVolume "v" to requested PersistentVolumeClaim due to incompatible volumeMode.',
    ],
  ]);
});
