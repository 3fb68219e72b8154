import { describe, expect, it } from "vitest";
import type { Node, PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import { LOCAL_PROVISIONER } from "../../../api/node/local-volumes.ts";
import {
  CLASSES,
  callOf,
  calls,
  claim,
  claimAt,
  DIRECTORY,
  eventsOf,
  FINALIZER,
  nameOf,
  node,
  ownClass,
  SELECTED,
  start,
  volumes,
  withVolume,
} from "../../../test/fakes/controllers/controlled-local-volumes.ts";

describe("a local volume", () => {
  it("CTL-LOCAL-MAKE: is created by the node that the scheduler chose, with the events of provisioners", async () => {
    const { name, ...at } = await withVolume();
    expect(at.complaints).toEqual([]);
    expect(calls(at)).toEqual([callOf("PUT", "a", name)]);
    expect(volumes(at)).toMatchObject([
      {
        metadata: {
          name,
          annotations: { "pv.kubernetes.io/provisioned-by": LOCAL_PROVISIONER },
          finalizers: [FINALIZER, "kubernetes.io/pv-protection"],
        },
        spec: {
          capacity: { storage: "1Gi" },
          accessModes: ["ReadWriteOnce"],
          claimRef: { namespace: "ns", name: "c" },
          persistentVolumeReclaimPolicy: "Delete",
          storageClassName: "local",
          local: { path: `${DIRECTORY}/${name}` },
          nodeAffinity: {
            required: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["a"] }] },
              ],
            },
          },
        },
        status: { phase: "Bound" },
      },
    ]);
    expect(claimAt(at, "c")).toMatchObject({ spec: { volumeName: name }, status: { phase: "Bound" } });
    expect(eventsOf(at, /^Provisioning/)).toEqual([
      'External provisioner is provisioning volume for claim "ns/c"',
      `Successfully provisioned volume ${name}`,
    ]);
  });

  it("CTL-LOCAL-MAKE: is not created before a node is selected", async () => {
    const at = start();
    at.cluster.put("nodes", node("a"));
    at.cluster.put("persistentvolumeclaims", claim("c"));
    await at.settle();
    expect([calls(at), volumes(at)]).toEqual([[], []]);
  });

  it("CTL-LOCAL-MAKE: is created on the node with the fewest volumes if the class binds immediately, with the class's settings", async () => {
    const at = start();
    for (const each of [node("a"), node("b"), node("away", { ready: false }), node("plain", { keeps: false })])
      at.cluster.put("nodes", each);
    at.cluster.put(CLASSES, ownClass("now", { reclaimPolicy: "Retain", mountOptions: ["noatime"] }));
    for (const name of ["1", "2", "3"]) {
      at.cluster.put("persistentvolumeclaims", claim(name, { storageClassName: "now" }));
      await at.settle();
    }
    expect(calls(at).map((call) => call.split("/")[4])).toEqual(["a", "b", "a"]);
    expect(volumes(at)[0]).toMatchObject({
      metadata: { finalizers: ["kubernetes.io/pv-protection"] },
      spec: { persistentVolumeReclaimPolicy: "Retain", mountOptions: ["noatime"], storageClassName: "now" },
    });
  });

  it("CTL-LOCAL-MAKE: is recreated if it is deleted before its claim is bound", async () => {
    const at = start();
    at.cluster.put("nodes", node("a"));
    await at.settle();
    at.cluster.refuse = (verb, { resource, subresource }) =>
      verb === "patch" && resource === "persistentvolumeclaims" && subresource === undefined ? {} : undefined;
    at.cluster.put("persistentvolumeclaims", {
      ...claim("c", { storageClassName: "local" }, "a"),
      metadata: {
        ...claim("c", {}, "a").metadata,
        annotations: { [SELECTED]: "a", "volume.kubernetes.io/storage-provisioner": LOCAL_PROVISIONER },
      },
    });
    await at.settle();
    const name = nameOf(at, "c");
    at.cluster.change("persistentvolumes", "", name, ({ metadata }) => {
      metadata.finalizers = [];
    });
    at.cluster.remove("persistentvolumes", "", name);
    await at.settle();
    expect(calls(at)).toEqual([callOf("PUT", "a", name), callOf("PUT", "a", name)]);
  });

  it.each<[string, Partial<PersistentVolumeClaim["spec"]>, string]>([
    [
      "a block device",
      { volumeMode: "Block" },
      "sailplane.dev/local-volumes does not support block volume provisioning",
    ],
    [
      "access from several nodes",
      { accessModes: ["ReadWriteOnce", "ReadWriteMany"] },
      "a local volume is on one node, and cannot be ReadWriteMany: ask for ReadWriteOnce or ReadWriteOncePod",
    ],
    [
      "a data source",
      { dataSource: { kind: "PersistentVolumeClaim", name: "x" } },
      "local volumes begin empty, and cannot be copies of a PersistentVolumeClaim",
    ],
    ["a volume by selector", { selector: { matchLabels: { a: "b" } } }, "claim Selector is not supported"],
    ["an attributes class", { volumeAttributesClassName: "fast" }, "local volumes have no VolumeAttributesClass"],
  ])("CTL-LOCAL-REFUSED: is not created for a claim that requests %s, which gets an event", async (_, spec, why) => {
    const at = start();
    at.cluster.put("nodes", node("a"));
    await at.settle();
    at.cluster.put("persistentvolumeclaims", claim("c", spec, "a"));
    await at.settle();
    expect([calls(at), claimAt(at, "c")?.status.phase]).toEqual([[], "Pending"]);
    expect(eventsOf(at, /Failed/)).toEqual([`failed to provision volume with StorageClass "local": ${why}`]);
  });

  it("CTL-LOCAL-REFUSED: is not created for a class with unknown parameters, nor for a claim with a data source", async () => {
    const at = start();
    at.cluster.put("nodes", node("a"));
    at.cluster.put(CLASSES, ownClass("odd", { parameters: { nodePath: "/x" } }));
    at.cluster.put("persistentvolumeclaims", claim("c", { storageClassName: "odd" }));
    const filled = { dataSourceRef: { apiGroup: "example.com", kind: "Seed", name: "x" } };
    at.cluster.put(CLASSES, ownClass("plain"));
    at.cluster.put("persistentvolumeclaims", claim("filled", { storageClassName: "plain", ...filled }));
    await at.settle();
    expect(calls(at)).toEqual([]);
    expect(eventsOf(at, /ProvisioningFailed/)).toEqual([
      'failed to provision volume with StorageClass "odd": the StorageClass has the parameter nodePath, which is not known',
    ]);
  });

  it.each<[string, Node | undefined, string]>([
    ["is gone", undefined, 'node "n" not found'],
    ["provides no local volumes", node("n", { keeps: false }), 'node "n" keeps no local volumes'],
    ["is not ready", node("n", { ready: false }), 'node "n" is not ready'],
  ])("CTL-LOCAL-ELSEWHERE: is rescheduled if the chosen node %s", async (_, chosen, why) => {
    const at = start();
    at.cluster.put("nodes", node("a"));
    if (chosen) at.cluster.put("nodes", chosen);
    await at.settle();
    at.cluster.put("persistentvolumeclaims", claim("c", {}, "n"));
    await at.settle();
    expect(claimAt(at, "c")?.metadata.annotations?.[SELECTED]).toBeUndefined();
    expect(calls(at)).toEqual([]);
    expect(eventsOf(at, /ProvisioningFailed/)).toEqual([
      `failed to provision volume with StorageClass "local": ${why}`,
    ]);
  });

  it.each([404, 507])("CTL-LOCAL-ELSEWHERE: is rescheduled if the node answers %i", async (code) => {
    const at = start();
    at.cluster.put("nodes", node("a"));
    await at.settle();
    at.cluster.calls = () => ({ code, message: "no room" });
    at.cluster.put("persistentvolumeclaims", claim("c", {}, "a"));
    await at.pass(2000);
    expect(claimAt(at, "c")?.metadata.annotations?.[SELECTED]).toBeUndefined();
    expect(calls(at)).toHaveLength(1);
    expect(eventsOf(at, /ProvisioningFailed/)).toEqual([
      'failed to provision volume with StorageClass "local": no room',
    ]);
  });

  it("CTL-LOCAL-RETRY: is retried after 1 s, 2 s, 4 s, … if the node fails otherwise", async () => {
    const at = start();
    at.cluster.put("nodes", node("a"));
    await at.settle();
    at.cluster.calls = () => ({ code: 503, message: "not connected" });
    at.cluster.put("persistentvolumeclaims", claim("c", {}, "a"));
    await at.pass(15_500);
    expect(calls(at)).toHaveLength(5);
    at.cluster.calls = () => undefined;
    at.cluster.put("nodes", node("a"));
    await at.settle();
    expect(claimAt(at, "c")?.status.phase).toBe("Bound");
  });
});
