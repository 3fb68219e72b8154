import { describe, expect, it } from "vitest";
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from "../../../api/generated/core.v1.ts";
import type { CSIDriver, VolumeAttachment } from "../../../api/generated/storage.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { attachDetachController } from "./attachment.ts";

const ATTACHMENTS = "volumeattachments.storage.k8s.io";

function start() {
  const at = controlledCluster([attachDetachController]);
  const { cluster } = at;
  for (const name of ["n1", "n2"])
    cluster.put("nodes", {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, annotations: { "volumes.kubernetes.io/controller-managed-attach-detach": "true" } },
      spec: {},
      status: {},
    } as Node);
  cluster.put("persistentvolumes", {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "v" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      csi: { driver: "d.example.com", volumeHandle: "h" },
      claimRef: { namespace: "ns", name: "c" },
    },
    status: {},
  } as PersistentVolume);
  cluster.put("persistentvolumeclaims", {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "c", namespace: "ns" },
    spec: { volumeName: "v" },
    status: {},
  } as PersistentVolumeClaim);
  const use = (name: string, nodeName: string) =>
    cluster.put("pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "ns" },
      spec: { nodeName, containers: [], volumes: [{ name: "d", persistentVolumeClaim: { claimName: "c" } }] },
      status: {},
    } as Pod);
  const attachments = () => cluster.list<VolumeAttachment>(ATTACHMENTS);
  const change = (edit: (draft: VolumeAttachment) => void) => {
    const [{ metadata } = { metadata: { name: "" } }] = attachments();
    cluster.change<VolumeAttachment>(ATTACHMENTS, "", metadata.name, edit);
  };
  const attach = () =>
    change((draft) => {
      draft.status.attached = true;
    });
  const events = () => cluster.list("events").map(({ reason, message }) => `${reason}: ${message}`);
  return { ...at, use, attachments, change, attach, events };
}

it("a volume is attached to the node of its pod, and detached after the pod", async () => {
  const at = start();
  at.use("p", "n1");
  await at.settle();
  expect(at.complaints).toEqual([]);
  expect(at.attachments().map(({ metadata, spec }) => [metadata.name, spec])).toEqual([
    [
      // sha256 of handle, driver and node.
      "csi-bf00c1a8390d248b3d2cf999edcf90407ea15c756d80e7f004a227d25e1a3492",
      { attacher: "d.example.com", nodeName: "n1", source: { persistentVolumeName: "v" } },
    ],
  ]);
  at.attach();
  await at.settle();
  const node = () => at.cluster.get("nodes", "", "n1");
  expect(node()?.status.volumesAttached).toEqual([{ name: "kubernetes.io/csi/d.example.com^h", devicePath: "" }]);
  expect(at.events()).toEqual(['SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "v" ']);
  at.cluster.remove("pods", "ns", "p");
  await at.settle();
  expect(at.attachments()).toEqual([]);
  expect(node()?.status.volumesAttached ?? []).toEqual([]);
});

it("a volume is attached for a pod that was there before its claim was bound", async () => {
  const at = start();
  const { spec } = at.cluster.get("persistentvolumeclaims", "ns", "c") ?? {};
  at.cluster.change("persistentvolumeclaims", "ns", "c", (draft) => {
    draft.spec = {};
  });
  at.use("p", "n1");
  await at.settle();
  expect(at.attachments()).toEqual([]);
  at.cluster.change("persistentvolumeclaims", "ns", "c", (draft) => {
    draft.spec = spec ?? {};
  });
  await at.settle();
  expect(at.attachments()).toHaveLength(1);
});

it("a volume that is still mounted on the node stays attached", async () => {
  const at = start();
  at.use("p", "n1");
  await at.settle();
  at.attach();
  at.cluster.change("nodes", "", "n1", (draft) => {
    draft.status.volumesInUse = ["kubernetes.io/csi/d.example.com^h"];
  });
  at.cluster.remove("pods", "ns", "p");
  await at.settle();
  expect(at.attachments()).toHaveLength(1);
  at.cluster.change("nodes", "", "n1", (draft) => {
    delete draft.status.volumesInUse;
  });
  await at.settle();
  expect(at.attachments()).toEqual([]);
});

it("CTL-ATTACH-REQUIRED: a volume is detached once its driver no longer requires attachment, in use or not", async () => {
  const at = start();
  at.use("p", "n1");
  await at.settle();
  expect(at.attachments()).toHaveLength(1);
  at.cluster.put("csidrivers.storage.k8s.io", {
    apiVersion: "storage.k8s.io/v1",
    kind: "CSIDriver",
    metadata: { name: "d.example.com" },
    spec: { attachRequired: false },
  } as CSIDriver);
  await at.settle();
  expect(at.attachments()).toEqual([]);
});

it("CTL-ATTACH-REQUIRED: a volume in use is attached once its driver requires it or its CSIDriver is deleted", async () => {
  const at = start();
  const driver = (attachRequired: boolean) =>
    at.cluster.put("csidrivers.storage.k8s.io", {
      apiVersion: "storage.k8s.io/v1",
      kind: "CSIDriver",
      metadata: { name: "d.example.com" },
      spec: { attachRequired },
    } as CSIDriver);
  driver(false);
  at.use("p", "n1");
  await at.settle();
  expect(at.attachments()).toEqual([]);
  driver(true);
  await at.settle();
  expect(at.attachments()).toHaveLength(1);
  driver(false);
  await at.settle();
  expect(at.attachments()).toEqual([]);
  at.cluster.remove("csidrivers.storage.k8s.io", "", "d.example.com");
  await at.settle();
  expect(at.attachments()).toHaveLength(1);
});

describe("CTL-ATTACH-ELSEWHERE: a ReadWriteOnce volume that a pod on another node uses", () => {
  const claim = async () => {
    const at = start();
    at.use("p", "n1");
    await at.settle();
    at.use("q", "n2");
    await at.settle();
    return { ...at, nodes: () => at.attachments().map(({ spec }) => spec.nodeName) };
  };

  it("is waited for, and that is reported once, when it is attached there", async () => {
    const at = await claim();
    expect(at.nodes()).toEqual(["n1"]);
    expect(at.events()).toEqual([]);
    at.attach();
    await at.settle();
    at.use("r", "n2");
    await at.settle();
    expect(at.events().filter((event) => !event.startsWith("Successful"))).toEqual([
      'FailedAttachVolume: Multi-Attach error for volume "v" Volume is already used by pod(s) p',
    ]);
    at.cluster.remove("pods", "ns", "p");
    await at.settle();
    expect(at.nodes()).toEqual(["n2"]);
  });

  it("is not attached here while it is being detached there", async () => {
    const at = await claim();
    at.attach();
    at.change((draft) => {
      draft.metadata.finalizers = ["example.com/attacher"];
    });
    at.cluster.remove("pods", "ns", "p");
    await at.settle();
    const messages = at.events().length;
    at.use("p", "n1");
    at.use("r", "n2");
    await at.settle();
    expect(at.nodes()).toEqual(["n1"]);
    expect(at.cluster.get("nodes", "", "n1")?.status.volumesAttached ?? []).toEqual([]);
    expect(at.events()).toHaveLength(messages);
    at.change((draft) => {
      delete draft.metadata.finalizers;
    });
    await at.settle();
    expect(at.nodes()).toHaveLength(1);
  });

  it("is attached to one node if pods on several begin to wait at once", async () => {
    const at = start();
    const { spec } = at.cluster.get("persistentvolumeclaims", "ns", "c") ?? {};
    const bind = (to: typeof spec) =>
      at.cluster.change("persistentvolumeclaims", "ns", "c", (draft) => {
        draft.spec = to ?? {};
      });
    bind({});
    at.use("q", "n2");
    at.use("p", "n1");
    await at.settle();
    bind(spec);
    await at.settle();
    expect(at.attachments()).toHaveLength(1);
  });

  it("is attached here if that failed there", async () => {
    const at = await claim();
    at.change((draft) => {
      draft.status.attachError = { message: "no" };
    });
    await at.settle();
    expect(at.nodes()).toEqual(["n1", "n2"]);
  });
});

describe("CTL-OFF-DETACH: a volume that is mounted on a node but unused is detached from it", () => {
  const abandon = async (ready: "True" | "Unknown", unusedAfterMs = 0) => {
    const at = start();
    at.use("p", "n1");
    await at.settle();
    at.attach();
    at.cluster.change("nodes", "", "n1", (draft) => {
      draft.status.volumesInUse = ["kubernetes.io/csi/d.example.com^h"];
      draft.status.conditions = [
        { type: "Ready", status: ready, lastTransitionTime: new Date(at.cluster.now).toISOString() },
      ];
    });
    await at.pass(unusedAfterMs);
    at.cluster.remove("pods", "ns", "p");
    at.use("q", "n2");
    await at.settle();
    return { at, nodes: () => at.attachments().map(({ spec }) => spec.nodeName) };
  };

  it.each([0, 3_600_000])("six minutes after its last use, on a node unreachable for %i ms by then", async (lostMs) => {
    const { at, nodes } = await abandon("Unknown", lostMs);
    await at.pass(359_000);
    expect(nodes()).toEqual(["n1"]);
    at.restart();
    await at.pass(2000);
    expect(nodes()).toEqual(["n2"]);
  });

  it("at once if the node is tainted out-of-service, whether it exists or not", async () => {
    const { at, nodes } = await abandon("True");
    await at.pass(3_600_000);
    expect(nodes()).toEqual(["n1"]);
    at.cluster.change("nodes", "", "n1", (draft) => {
      draft.spec.taints = [{ key: "node.kubernetes.io/out-of-service", effect: "NoExecute" }];
    });
    await at.settle();
    expect(nodes()).toEqual(["n2"]);
  });
});

it.each([
  [["ReadWriteOnce"], ["n1"]],
  [["ReadWriteOncePod"], ["n1"]],
  [
    ["ReadWriteOnce", "ReadOnlyMany"],
    ["n1", "n2"],
  ],
  [["ReadWriteMany"], ["n1", "n2"]],
])("a volume with the access modes %j is attached to %j if pods on two nodes use it", async (accessModes, nodes) => {
  const at = start();
  at.cluster.change("persistentvolumes", "", "v", ({ spec }) => {
    Object.assign(spec, { accessModes });
  });
  at.use("p", "n1");
  await at.settle();
  at.use("q", "n2");
  await at.settle();
  expect(at.attachments().map(({ spec }) => spec.nodeName)).toEqual(nodes);
});

it("a volume is not kept from a node by others, nor attached for claims of its name elsewhere", async () => {
  const at = start();
  at.cluster.put(ATTACHMENTS, {
    apiVersion: "storage.k8s.io/v1",
    kind: "VolumeAttachment",
    metadata: { name: "other" },
    spec: { attacher: "e.example.com", nodeName: "n2", source: { persistentVolumeName: "w" } },
    status: { attached: true },
  } as VolumeAttachment);
  const { metadata, ...pod } = at.use("p", "n1");
  at.cluster.put("pods", {
    ...pod,
    metadata: { ...metadata, namespace: "other", name: "q" },
    spec: { ...pod.spec, nodeName: "n2" },
  });
  await at.settle();
  const ours = () => at.attachments().filter(({ spec }) => spec.source.persistentVolumeName === "v");
  expect(ours().map(({ spec }) => spec.nodeName)).toEqual(["n1"]);
  at.attach();
  at.cluster.put("pods", { ...pod, metadata: { ...metadata, namespace: "other", name: "r" } });
  at.cluster.remove("pods", "ns", "p");
  await at.settle();
  expect(ours()).toEqual([]);
});
