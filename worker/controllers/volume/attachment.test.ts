import { describe, expect, it } from "vitest";
import type { CSIDriver } from "../../../api/generated/storage.v1.ts";
import { start } from "../../../test/fakes/controllers/controlled-attachment.ts";

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

it("CTL-ATTACH-CLAIM: a volume is attached for a pod that was there before its claim was bound", async () => {
  const at = start();
  at.unbind();
  at.use("p", "n1");
  await at.settle();
  expect(at.attachments()).toEqual([]);
  at.bind();
  await at.settle();
  expect(at.attachments()).toHaveLength(1);
});

it("CTL-ATTACH-CLAIM: a volume is attached for a pod that was there before its claim, which names the volume, was bound", async () => {
  const at = start();
  const claimRef = at.cluster.get("persistentvolumes", "", "v")?.spec.claimRef;
  const reserveFor = (claim: typeof claimRef) =>
    at.cluster.change("persistentvolumes", "", "v", ({ spec }) => {
      if (claim) spec.claimRef = claim;
      else delete spec.claimRef;
    });
  at.unbind({ volumeName: "v" });
  reserveFor(undefined);
  at.use("p", "n1");
  await at.settle();
  reserveFor(claimRef);
  at.bind();
  await at.settle();
  expect(at.attachments()).toHaveLength(1);
});

it("CTL-ATTACH-CLAIM: a volume is detached though another claim of the name of its own has followed, and a pod uses that", async () => {
  const at = start();
  at.use("p", "n1");
  await at.settle();
  at.attach();
  const mount = (volumesInUse: string[]) =>
    at.cluster.change("nodes", "", "n1", ({ status }) => {
      status.volumesInUse = volumesInUse;
    });
  mount(["kubernetes.io/csi/d.example.com^h"]);
  at.cluster.remove("pods", "ns", "p");
  await at.settle();
  at.unbind();
  at.bind("w");
  at.use("p", "n1");
  mount([]);
  await at.settle();
  expect(at.attachments()).toEqual([]);
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
