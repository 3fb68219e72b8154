import { expect, test } from "vitest";
import type { PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import type { VolumeAttributesClass } from "../../../api/generated/storage.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { classProtection } from "./protection.ts";

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
