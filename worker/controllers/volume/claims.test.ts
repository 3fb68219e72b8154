import { expect, it } from "vitest";
import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../../api/generated/core.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { ephemeralVolumes } from "./ephemeral.ts";
import { volumeExpansion } from "./expansion.ts";

const CLAIMS = "persistentvolumeclaims";
const claim = (name: string, spec: PersistentVolumeClaim["spec"] = {}): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, namespace: "ns" },
  spec,
  status: {},
});
const pod: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "ns" },
  spec: {
    containers: [],
    volumes: [
      {
        name: "scratch",
        ephemeral: {
          volumeClaimTemplate: { metadata: { labels: { a: "b" } }, spec: { accessModes: ["ReadWriteOnce"] } },
        },
      },
    ],
  },
  status: {},
};

it("an ephemeral volume's claim is created for its pod, and recreated if deleted", async () => {
  const at = controlledCluster([ephemeralVolumes]);
  const { metadata } = at.cluster.put("pods", pod);
  await at.settle();
  const made = () => at.cluster.get<PersistentVolumeClaim>(CLAIMS, "ns", "p-scratch");
  expect(made()).toMatchObject({
    metadata: { labels: { a: "b" }, ownerReferences: [{ kind: "Pod", uid: metadata.uid, controller: true }] },
    spec: { accessModes: ["ReadWriteOnce"] },
  });
  at.cluster.remove(CLAIMS, "ns", "p-scratch");
  await at.settle();
  expect(made()).toBeDefined();
});

it("a claim of that name with another owner is not used", async () => {
  const at = controlledCluster([ephemeralVolumes]);
  at.cluster.put(CLAIMS, claim("p-scratch"));
  at.cluster.put("pods", pod);
  await at.settle();
  expect(at.cluster.list("events").map(({ message }) => message)).toEqual([
    "ephemeral volume scratch: PVC ns/p-scratch was not created for pod ns/p (pod is not owner)",
  ]);
});

it("a claim that requests more storage gets one event about its resizer per request", async () => {
  const at = controlledCluster([volumeExpansion]);
  const bound = at.cluster.put(CLAIMS, {
    ...claim("c", { volumeName: "v", resources: { requests: { storage: "1Gi" } } }),
    status: { phase: "Bound", capacity: { storage: "1Gi" } },
  });
  at.cluster.put("persistentvolumes", {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "v" },
    spec: { csi: { driver: "d", volumeHandle: "h" }, claimRef: { uid: bound.metadata.uid } },
    status: {},
  } as PersistentVolume);
  await at.settle();
  at.cluster.change<PersistentVolumeClaim>(CLAIMS, "ns", "c", (draft) => {
    draft.spec.resources = { requests: { storage: "2Gi" } };
  });
  await at.settle();
  at.cluster.change<PersistentVolumeClaim>(CLAIMS, "ns", "c", (draft) => {
    draft.metadata.labels = { x: "y" };
  });
  await at.settle();
  expect(at.cluster.list("events").map(({ type, message, count }) => [type, message, count])).toEqual([
    ["Normal", "waiting for an external controller to expand this PVC", 1],
  ]);
});
