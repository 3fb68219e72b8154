import { expect, it } from "vitest";
import type { PersistentVolume, PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { volumeBinder } from "./binder.ts";

const volume = (name: string, storage: string): PersistentVolume => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name },
  spec: { capacity: { storage }, accessModes: ["ReadWriteOnce"], storageClassName: "", hostPath: { path: "/x" } },
  status: {},
});

it("CTL-VOL-WAIT: a pending claim gets no events about volumes of other claims", async () => {
  const { cluster, settle } = controlledCluster([volumeBinder]);
  cluster.put<PersistentVolumeClaim>("persistentvolumeclaims", {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "c", namespace: "ns" },
    spec: { accessModes: ["ReadWriteOnce"], storageClassName: "", resources: { requests: { storage: "1Gi" } } },
    status: { phase: "Pending" },
  });
  await settle();
  const reported = () => cluster.list("events").map(({ reason, count }) => `${reason} ${count}`);
  expect(reported()).toEqual(["FailedBinding 1"]);
  for (const name of ["v1", "v2", "v3"]) cluster.put("persistentvolumes", volume(name, "500Mi"));
  await settle();
  expect(reported()).toEqual(["FailedBinding 1"]);
  cluster.put("persistentvolumes", volume("v4", "1Gi"));
  await settle();
  const bound = cluster.get("persistentvolumeclaims", "ns", "c");
  expect(bound?.spec.volumeName).toBe("v4");
});
