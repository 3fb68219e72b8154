/** A claim that waits for its first consumer, and the volume that its provisioner makes, for tests of the scheduler. */
import type { PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import type { SchedulingBench } from "./scheduling-bench.ts";

const meta = (name: string) => ({
  name,
  uid: `uid-${name}`,
  resourceVersion: "",
  creationTimestamp: "2026-01-01T00:00:00Z",
});

export const waitingClass = {
  kind: "StorageClass",
  apiVersion: "storage.k8s.io/v1",
  metadata: meta("fast"),
  provisioner: "disks.example.com",
  volumeBindingMode: "WaitForFirstConsumer",
};

export const waitingClaim = {
  kind: "PersistentVolumeClaim",
  apiVersion: "v1",
  metadata: { ...meta("data"), namespace: "default" },
  spec: { storageClassName: "fast", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  status: { phase: "Pending" },
};

/** The volumes of a pod that uses it. */
export const claimedVolumes = [{ name: "v", persistentVolumeClaim: { claimName: "data" } }];

/** The provisioner makes a volume for the claim, which is bound to it. */
export async function provision(bench: SchedulingBench, spec: object = {}): Promise<void> {
  const [requested] = await bench.all<PersistentVolumeClaim>("persistentvolumeclaims");
  const annotations = { ...requested?.metadata.annotations, "pv.kubernetes.io/bind-completed": "yes" };
  const volume = {
    kind: "PersistentVolume",
    apiVersion: "v1",
    metadata: meta("made"),
    spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], storageClassName: "fast", ...spec },
    status: { phase: "Bound" },
  };
  const bound = {
    ...waitingClaim,
    metadata: { ...waitingClaim.metadata, annotations },
    spec: { ...waitingClaim.spec, volumeName: "made" },
  };
  await bench.put("create", volume);
  await bench.put("replace", bound);
  await bench.loop.run();
}
