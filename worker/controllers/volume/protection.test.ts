import { expect, test } from "vitest";
import type { PersistentVolumeClaim, Pod } from "../../../api/generated/core.v1.ts";
import type { VolumeAttributesClass } from "../../../api/generated/storage.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { claimProtection, classProtection } from "./protection.ts";

const CLASSES = "volumeattributesclasses.storage.k8s.io";

const classOf = (name: string): VolumeAttributesClass => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "VolumeAttributesClass",
  metadata: { name, finalizers: ["kubernetes.io/vac-protection"] },
  driverName: "a.b",
});
const claim: PersistentVolumeClaim = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "c", namespace: "ns" },
  spec: { accessModes: ["ReadWriteOnce"], volumeAttributesClassName: "used", resources: {} },
  status: {},
};

test("a VolumeAttributesClass is released when no claim uses it any more", async () => {
  const { cluster, settle } = controlledCluster([classProtection]);
  for (const name of ["used", "free"]) cluster.put(CLASSES, classOf(name));
  cluster.put("persistentvolumeclaims", claim);
  await settle();
  for (const name of ["used", "free"]) cluster.remove(CLASSES, "", name);
  await settle();
  expect(cluster.get(CLASSES, "", "free")).toBeUndefined();
  expect(cluster.get(CLASSES, "", "used")).toMatchObject({ metadata: { name: "used" } });
  cluster.remove("persistentvolumeclaims", "ns", "c");
  await settle();
  expect(cluster.get(CLASSES, "", "used")).toBeUndefined();
});

test.each<[string, boolean]>([
  ["created for it", true],
  ["of somebody else, which keeps its own from being created", false],
])("CTL-VOL-PROTECT: a pod with an ephemeral volume keeps the claim %s", async (_, isOwn) => {
  const { cluster, settle } = controlledCluster([claimProtection]);
  const volumeClaimTemplate = { spec: { accessModes: ["ReadWriteOnce"], resources: {} } };
  const { metadata } = cluster.put<Pod>("pods", {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "ns" },
    spec: { nodeName: "n", containers: [], volumes: [{ name: "v", ephemeral: { volumeClaimTemplate } }] },
    status: { phase: "Pending" },
  });
  const owner = { apiVersion: "v1", kind: "Pod", name: "p", uid: metadata.uid, controller: true };
  cluster.put("persistentvolumeclaims", {
    ...claim,
    metadata: { name: "p-v", namespace: "ns", ...(isOwn && { ownerReferences: [owner] }) },
  });
  await settle();
  cluster.remove("persistentvolumeclaims", "ns", "p-v");
  await settle();
  expect(cluster.get("persistentvolumeclaims", "ns", "p-v") !== undefined).toBe(isOwn);
});
