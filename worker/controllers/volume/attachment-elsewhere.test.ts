import { describe, expect, it } from "vitest";
import type { VolumeAttachment } from "../../../api/generated/storage.v1.ts";
import { ATTACHMENTS, start } from "../../../test/fakes/controllers/controlled-attachment.ts";

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

  const waiting = async () => {
    const at = start();
    at.unbind();
    at.use("p", "n1");
    at.use("q", "n2");
    await at.settle();
    return { ...at, nodes: () => at.attachments().map(({ spec }) => spec.nodeName) };
  };

  it("is attached to one node if pods on several begin to wait at once", async () => {
    const at = await waiting();
    at.bind();
    await at.settle();
    expect(at.nodes()).toEqual(["n1"]);
  });

  it("is attached to the next node if the first one does not come to have it", async () => {
    const at = await waiting();
    at.cluster.refuse = (verb, { resource }) =>
      verb === "create" && resource === ATTACHMENTS ? { message: "not now" } : undefined;
    at.bind();
    await at.settle();
    at.cluster.refuse = () => undefined;
    at.cluster.remove("pods", "ns", "p");
    await at.pass(30_000);
    expect(at.nodes()).toEqual(["n2"]);
    expect(at.wakeAt()).toBeUndefined();
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
