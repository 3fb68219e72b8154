import { expect, it } from "vitest";
import type { PersistentVolume } from "../../../api/generated/core.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { volumeBinder } from "./binder.ts";
import { claimProtection, volumeProtection } from "./protection.ts";

/** What becomes of a volume whose claim is gone; undefined: it is deleted. */
async function reclaimed(source: Partial<PersistentVolume["spec"]>, policy: string, provisioner?: string) {
  const { cluster, settle } = controlledCluster([volumeBinder, claimProtection, volumeProtection]);
  cluster.put<PersistentVolume>("persistentvolumes", {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "v", annotations: provisioner ? { "pv.kubernetes.io/provisioned-by": provisioner } : {} },
    spec: {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      storageClassName: "c",
      persistentVolumeReclaimPolicy: policy,
      claimRef: { namespace: "ns", name: "gone", uid: "gone" },
      ...source,
    },
    status: { phase: "Bound" },
  });
  await settle();
  const found = cluster.get("persistentvolumes", "", "v");
  return found && !found.metadata.deletionTimestamp ? [found.status.phase, found.status.message] : undefined;
}

const HOST = { hostPath: { path: "/x" } };
const none = (what: string) => `error getting deleter volume plugin for volume "v": no ${what}volume plugin matched`;

it.each<[string, Partial<PersistentVolume["spec"]>, string, string | undefined, string | undefined]>([
  ["kept", HOST, "Retain", "Released", undefined],
  ["recycled by nobody", HOST, "Recycle", "Released", undefined],
  ["temporary", { hostPath: { path: "/tmp/a" } }, "Delete", undefined, undefined],
  ["of the host", HOST, "Delete", "Failed", "host_path deleter only supports /tmp/.+ but received provided /x"],
  ["of a driver", { csi: { driver: "d", volumeHandle: "h" } }, "Delete", "Released", undefined],
  ["of a server", { nfs: { server: "s", path: "/" } }, "Delete", "Failed", none("deletable ")],
  ["of a node", { local: { path: "/x" } }, "Delete", "Failed", none("")],
  [
    "of a node, to be recycled",
    { local: { path: "/x" } },
    "Recycle",
    "Failed",
    "No recycler plugin found for the volume!",
  ],
])("applies the policy to a volume whose claim is gone: %s", async (_, source, policy, phase, message) => {
  expect(await reclaimed(source, policy)).toEqual(phase && [phase, message]);
});

it.each([
  ["rancher.io/local-path", ["Released", undefined]],
  ["kubernetes.io/host-path", ["Failed", "host_path deleter only supports /tmp/.+ but received provided /x"]],
])(
  "CTL-VOL-RECLAIM: leaves the deletion of a volume to the provisioner that created it: %s",
  async (provisioner, left) => {
    expect(await reclaimed(HOST, "Delete", provisioner)).toEqual(left);
  },
);
