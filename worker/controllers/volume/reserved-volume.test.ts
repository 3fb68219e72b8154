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

it("leaves a claim pending that names a volume which is reserved for another, and binds the other", async () => {
  const at = start();
  at.cluster.put("persistentvolumes", reserved());
  at.cluster.put("persistentvolumeclaims", {
    ...claim({ volumeName: "v" }),
    metadata: { name: "other", namespace: "ns" },
  });
  await at.settle();
  expect(at.cluster.get("persistentvolumeclaims", "ns", "other")?.status).toEqual({ phase: "Pending" });
  expect(at.cluster.list("events").map(({ message }) => message)).toEqual([
    'volume "v" already bound to a different claim.',
  ]);
  at.cluster.put("persistentvolumeclaims", claim({}));
  await at.settle();
  expect(at.cluster.get("persistentvolumeclaims", "ns", "c")?.status.phase).toBe("Bound");
  expect(at.cluster.get("persistentvolumes", "", "v")?.spec.claimRef?.name).toBe("c");
});

const BOUND_BY_CONTROLLER = { "pv.kubernetes.io/bound-by-controller": "yes" };
const PROVISIONED = { "pv.kubernetes.io/provisioned-by": "p.example.com" };
it.each<[string, Record<string, string>, string, string, object | undefined]>([
  ["that the binder chose is free again", { ...BOUND_BY_CONTROLLER, mine: "1" }, "Retain", "Available", undefined],
  [
    "that a user reserved is reserved by name again",
    { mine: "1" },
    "Delete",
    "Available",
    { namespace: "ns", name: "c" },
  ],
  [
    "that was made for the claim is released",
    PROVISIONED,
    "Delete",
    "Released",
    { namespace: "ns", name: "c", uid: "" },
  ],
  [
    "that was made for it, and is kept, is reserved by name",
    PROVISIONED,
    "Retain",
    "Available",
    { namespace: "ns", name: "c" },
  ],
])("a volume %s if its claim is bound to another", async (_, annotations, policy, phase, claimRef) => {
  const at = start();
  const bound = claim({ volumeName: "elsewhere" });
  const { uid } = at.cluster.put("persistentvolumeclaims", {
    ...bound,
    metadata: { ...bound.metadata, annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
  }).metadata;
  const volume = reserved(uid);
  at.cluster.put("persistentvolumes", {
    ...volume,
    metadata: { name: "v", annotations },
    spec: { ...volume.spec, persistentVolumeReclaimPolicy: policy },
    status: { phase: "Bound" },
  });
  await at.settle();
  const { metadata, spec, status } = at.cluster.get("persistentvolumes", "", "v") ?? {};
  expect(status?.phase).toBe(phase);
  expect(spec?.claimRef).toEqual(claimRef && ("uid" in claimRef ? { ...claimRef, uid } : claimRef));
  expect(metadata?.annotations?.["pv.kubernetes.io/bound-by-controller"]).toBeUndefined();
  expect(metadata?.annotations?.mine).toBe(annotations.mine);
});
