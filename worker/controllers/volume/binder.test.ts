import { describe, expect, it } from "vitest";
import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../../api/generated/core.v1.ts";
import type { StorageClass } from "../../../api/generated/storage.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { volumeBinder } from "./binder.ts";
import { claimProtection, volumeProtection } from "./protection.ts";

const start = () => controlledCluster([volumeBinder, claimProtection, volumeProtection]);
const volume = (name: string, storage: string, claimRef?: PersistentVolume["spec"]["claimRef"]): PersistentVolume => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name },
  spec: {
    capacity: { storage },
    accessModes: ["ReadWriteOnce"],
    storageClassName: "c",
    hostPath: { path: "/x" },
    ...(claimRef ? { claimRef } : {}),
  },
  status: {},
});
const claim = (name: string, spec: Partial<PersistentVolumeClaim["spec"]> = {}): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, namespace: "ns" },
  spec: { accessModes: ["ReadWriteOnce"], storageClassName: "c", resources: { requests: { storage: "1Gi" } }, ...spec },
  status: { phase: "Pending" },
});
const storageClass = (name: string, annotations: Record<string, string> = {}): StorageClass => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name, annotations },
  provisioner: "p.example.com",
});
type At = ReturnType<typeof start>;
const volumeAt = ({ cluster }: At, name: string) => cluster.get("persistentvolumes", "", name);
const claimAt = ({ cluster }: At, name: string) => cluster.get("persistentvolumeclaims", "ns", name);

describe("volume binder", () => {
  it("binds a claim to the smallest volume that fits, and releases the volume with it", async () => {
    const at = start();
    for (const each of [volume("big", "5Gi"), volume("fit", "2Gi"), volume("small", "500Mi")])
      at.cluster.put("persistentvolumes", each);
    at.cluster.put("persistentvolumeclaims", claim("c"));
    await at.settle();
    expect(at.complaints).toEqual([]);
    expect(claimAt(at, "c")).toMatchObject({
      metadata: {
        annotations: { "pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes" },
        finalizers: ["kubernetes.io/pvc-protection"],
      },
      spec: { volumeName: "fit" },
      status: { phase: "Bound", capacity: { storage: "2Gi" } },
    });
    expect(["big", "fit", "small"].map((name) => volumeAt(at, name)?.status.phase)).toEqual([
      "Available",
      "Bound",
      "Available",
    ]);
    at.cluster.remove("persistentvolumeclaims", "ns", "c");
    await at.settle();
    expect(claimAt(at, "c")).toBeUndefined();
    expect(volumeAt(at, "fit")?.status.phase).toBe("Released");
  });

  it("keeps a reserved volume for its claim, without marking it bound by the controller", async () => {
    const at = start();
    at.cluster.put("persistentvolumes", volume("v", "1Gi", { namespace: "ns", name: "mine" }));
    at.cluster.put("persistentvolumeclaims", claim("other"));
    await at.settle();
    expect(claimAt(at, "other")?.status.phase).toBe("Pending");
    at.cluster.put("persistentvolumeclaims", claim("mine"));
    await at.settle();
    expect(claimAt(at, "mine")?.spec.volumeName).toBe("v");
    expect(volumeAt(at, "v")?.metadata.annotations).toBeUndefined();
  });

  it("never binds one volume to two claims", async () => {
    const at = start();
    for (const name of ["a", "b", "c"]) at.cluster.put("persistentvolumeclaims", claim(name));
    at.cluster.put("persistentvolumes", volume("v", "1Gi"));
    await at.pass(1000);
    expect(["a", "b", "c"].filter((name) => claimAt(at, name)?.status.phase === "Bound")).toHaveLength(1);
  });

  it("marks a claim Lost if its volume is gone", async () => {
    const at = start();
    at.cluster.put("persistentvolumes", volume("v", "1Gi"));
    at.cluster.put("persistentvolumeclaims", claim("c"));
    await at.settle();
    at.cluster.change("persistentvolumes", "", "v", (draft) => {
      draft.metadata.finalizers = [];
    });
    at.cluster.remove("persistentvolumes", "", "v");
    await at.settle();
    expect(claimAt(at, "c")?.status).toEqual({ phase: "Lost" });
    expect(at.cluster.list("events").map(({ message }) => message)).toContain(
      "Bound claim has lost its PersistentVolume. Data on the volume is lost!",
    );
  });

  it.each<[string, Partial<PersistentVolume["spec"]>, Partial<PersistentVolumeClaim["spec"]>, string]>([
    ["too small", { capacity: { storage: "1Mi" } }, {}, "requested PV is too small"],
    ["of another class", { storageClassName: "d" }, {}, "storageClassName does not match"],
    ["of another mode", { volumeMode: "Block" }, {}, "incompatible volumeMode"],
    ["for other access", {}, { accessModes: ["ReadWriteMany"] }, "incompatible accessMode"],
  ])("does not bind a claim to its named volume if that is %s", async (_, has, asks, why) => {
    const at = start();
    const named = volume("v", "1Gi");
    at.cluster.put("persistentvolumes", { ...named, spec: { ...named.spec, ...has } });
    at.cluster.put("persistentvolumeclaims", claim("c", { volumeName: "v", ...asks }));
    await at.settle();
    expect(claimAt(at, "c")?.status.phase).toBe("Pending");
    expect(at.cluster.list("events").map(({ reason, message }) => [reason, message])).toEqual([
      ["VolumeMismatch", `Cannot bind to requested volume "v": ${why}`],
    ]);
  });

  it("CTL-VOL-ORDER: marks the volume Bound before the claim", async () => {
    const at = start();
    at.cluster.put("persistentvolumes", volume("v", "1Gi"));
    await at.settle();
    at.cluster.requests.splice(0);
    at.cluster.put("persistentvolumeclaims", claim("c"));
    await at.settle();
    const phases = at.cluster.requests.filter((each) => /^patch persistentvolume(s|claims)\/status/.test(each));
    expect(phases).toEqual(["patch persistentvolumes/status v", "patch persistentvolumeclaims/status c"]);
  });

  it("CTL-VOL-CAPACITY: leaves changes to a bound claim's capacity to the resizer", async () => {
    const at = start();
    at.cluster.put("persistentvolumes", volume("v", "1Gi"));
    at.cluster.put("persistentvolumeclaims", claim("c"));
    await at.settle();
    at.cluster.change("persistentvolumes", "", "v", (draft) => {
      draft.spec.capacity = { storage: "2Gi" };
    });
    await at.settle();
    expect(claimAt(at, "c")?.status.capacity).toEqual({ storage: "1Gi" });
  });

  it("CTL-VOL-MATCH: binds a claim to its reserved volume of any class, otherwise to the one with the fewest access modes", async () => {
    const at = start();
    const other = volume("reserved", "1Gi", { namespace: "ns", name: "mine" });
    at.cluster.put("persistentvolumes", { ...other, spec: { ...other.spec, storageClassName: "d" } });
    const shared = volume("shared", "1Gi");
    at.cluster.put("persistentvolumes", {
      ...shared,
      spec: { ...shared.spec, accessModes: ["ReadWriteOnce", "ReadWriteMany"] },
    });
    at.cluster.put("persistentvolumes", volume("large", "9Gi"));
    for (const name of ["mine", "any"]) at.cluster.put("persistentvolumeclaims", claim(name));
    await at.settle();
    expect(["mine", "any"].map((name) => claimAt(at, name)?.spec.volumeName)).toEqual(["reserved", "large"]);
  });

  it("CTL-VOL-DEFAULT: assigns a claim without a class the class that later became the default", async () => {
    const at = start();
    const { storageClassName: _, ...spec } = claim("c").spec;
    at.cluster.put("persistentvolumeclaims", { ...claim("c"), spec });
    await at.settle();
    expect(claimAt(at, "c")?.spec.storageClassName).toBeUndefined();
    at.cluster.put(
      "storageclasses.storage.k8s.io",
      storageClass("d", { "storageclass.kubernetes.io/is-default-class": "true" }),
    );
    await at.settle();
    expect(claimAt(at, "c")?.spec.storageClassName).toBe("d");
  });

  it("CTL-VOL-WAIT: sends events about the pods that a delayed claim waits for", async () => {
    const at = start();
    at.cluster.put("storageclasses.storage.k8s.io", {
      ...storageClass("c"),
      volumeBindingMode: "WaitForFirstConsumer",
    });
    at.cluster.put("persistentvolumeclaims", claim("c"));
    await at.settle();
    for (const message of ["no room", "still no room"]) {
      at.cluster.put("pods", {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "p", namespace: "ns" },
        spec: { containers: [], volumes: [{ name: "d", persistentVolumeClaim: { claimName: "c" } }] },
        status: { conditions: [{ type: "PodScheduled", status: "False", message }] },
      } as Pod);
      await at.settle();
    }
    const events = at.cluster.list("events");
    expect(events.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
      "WaitForFirstConsumer: waiting for first consumer to be created before binding",
      "WaitForPodScheduled: waiting for pod p to be scheduled",
    ]);
    expect(events[1]?.count).toBe(1);
  });

  it.each([
    [
      "kubernetes.io/no-provisioner",
      "ProvisioningFailed",
      "no volume plugin matched name: kubernetes.io/no-provisioner",
    ],
    [
      "kubernetes.io/host-path",
      "ProvisioningFailed",
      'Failed to create provisioner: provisioning in volume plugin "kubernetes.io/host-path" is disabled',
    ],
    ["ex.com/p", "ExternalProvisioning", expect.stringContaining("external provisioner 'ex.com/p'")],
  ])(
    "CTL-VOL-WAIT: reports once why a class of %s has not provisioned a volume",
    async (provisioner, reason, message) => {
      const at = start();
      at.cluster.put("storageclasses.storage.k8s.io", { ...storageClass("c"), provisioner });
      const metadata = { name: "c", namespace: "ns", finalizers: ["kubernetes.io/pvc-protection"] };
      at.cluster.put("persistentvolumeclaims", { ...claim("c"), metadata });
      await at.settle();
      expect(at.cluster.list("events")).toMatchObject([{ reason, message, count: 1 }]);
    },
  );

  it("CTL-VOL-PROTECT: keeps a claim for a pod that has ended, until the pod is gone", async () => {
    const at = start();
    at.cluster.put("persistentvolumeclaims", claim("c"));
    at.cluster.put("pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", namespace: "ns" },
      spec: { nodeName: "n", containers: [], volumes: [{ name: "d", persistentVolumeClaim: { claimName: "c" } }] },
      status: { phase: "Succeeded" },
    } as Pod);
    await at.settle();
    at.cluster.remove("persistentvolumeclaims", "ns", "c");
    await at.settle();
    expect(claimAt(at, "c")).toBeDefined();
    at.cluster.remove("pods", "ns", "p");
    await at.settle();
    expect(claimAt(at, "c")).toBeUndefined();
  });
});
