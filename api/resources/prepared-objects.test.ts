/** What strategies do to an object before it is stored, beyond defaulting. */
import { expect, test } from "vitest";
import { decoded, kindOf } from "../../test/fakes/objects/kind-errors.ts";
import type { DaemonSet } from "../generated/apps.v1.ts";
import type { PersistentVolumeClaim, ServiceAccount } from "../generated/core.v1.ts";

const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };

test("a claim's dataSource accepts claims and snapshots, and is filled from dataSourceRef", () => {
  const source = (part: object) => {
    const draft = decoded("PersistentVolumeClaim", { spec: { ...claim, ...part } });
    kindOf("PersistentVolumeClaim").prepareCreate?.(draft);
    const { dataSource, dataSourceRef } = (draft as PersistentVolumeClaim).spec;
    return [dataSource, dataSourceRef];
  };
  const other = { kind: "K", name: "n", apiGroup: "a.b" };
  const snapshot = { kind: "VolumeSnapshot", name: "n", apiGroup: "snapshot.storage.k8s.io" };
  expect(source({ dataSource: other })).toEqual([undefined, undefined]);
  expect(source({ dataSource: snapshot })).toEqual([snapshot, snapshot]);
  expect(source({ dataSourceRef: other })).toEqual([other, other]);
});

test.each([
  ["OnDelete", undefined, undefined],
  ["OnDelete", {}, { maxUnavailable: 0, maxSurge: 0 }],
  ["OnDelete", { maxSurge: 1 }, { maxUnavailable: 0, maxSurge: 1 }],
  ["RollingUpdate", {}, { maxUnavailable: 1, maxSurge: 0 }],
])("a DaemonSet's strategy %s with %j gets the rolling update %j", (type, given, rollingUpdate) => {
  const updateStrategy = { type, ...(given ? { rollingUpdate: { ...given } } : {}) };
  const draft = decoded("DaemonSet", { spec: { updateStrategy } });
  kindOf("DaemonSet").defaults?.(draft);
  expect((draft as DaemonSet).spec.updateStrategy?.rollingUpdate).toEqual(rollingUpdate);
});

test("the inline volume of an attachment gets the defaults of a persistent volume", () => {
  const draft = decoded("VolumeAttachment", {
    spec: {
      source: {
        inlineVolumeSpec: { hostPath: { path: "/a" }, azureDisk: { diskName: "d" }, capacity: { storage: "1m" } },
      },
    },
  });
  kindOf("VolumeAttachment").defaults?.(draft);
  expect(draft).toMatchObject({
    spec: {
      source: {
        inlineVolumeSpec: {
          hostPath: { type: "" },
          azureDisk: { kind: "Shared", cachingMode: "ReadWrite", fsType: "ext4", readOnly: false },
        },
      },
    },
  });
});

test("a job without labels gets the labels of its pods, and a service account's secrets keep only their names", () => {
  const job = decoded("Job", { spec: { template: { metadata: { labels: { a: "b" } }, spec: { containers: [] } } } });
  job.metadata.uid = "u";
  kindOf("Job").prepareCreate?.(job);
  expect(job.metadata.labels).toEqual({
    a: "b",
    "batch.kubernetes.io/controller-uid": "u",
    "batch.kubernetes.io/job-name": "x",
    "controller-uid": "u",
    "job-name": "x",
  });
  const account = decoded("ServiceAccount", { secrets: [{ name: "s", namespace: "other", uid: "u" }] });
  kindOf("ServiceAccount").prepareCreate?.(account);
  expect((account as ServiceAccount).secrets).toEqual([{ name: "s" }]);
});

test("a LimitRange without a name is named by its UID", () => {
  const range = decoded("LimitRange", { metadata: { namespace: "n", uid: "u" }, spec: { limits: [] } });
  kindOf("LimitRange").prepareCreate?.(range);
  expect(range.metadata.name).toBe("u");
});

test("the generation of an EndpointSlice counts topology, which is dropped", () => {
  const old = decoded("EndpointSlice", { addressType: "IPv4", endpoints: [{ addresses: ["10.0.0.1"] }] });
  const next = decoded("EndpointSlice", {
    addressType: "IPv4",
    endpoints: [{ addresses: ["10.0.0.1"], deprecatedTopology: { a: "b" } }],
  });
  kindOf("EndpointSlice").prepareUpdate?.(next, { ...old, metadata: { ...old.metadata, generation: 3 } });
  expect(next).toMatchObject({ metadata: { generation: 4 }, endpoints: [{ addresses: ["10.0.0.1"] }] });
  expect(next).not.toHaveProperty("endpoints[0].deprecatedTopology");
});

test("an update of a ReplicationController warns of the template that it replaces", () => {
  const controller = (generation: number, terminationGracePeriodSeconds: number) => ({
    ...decoded("ReplicationController", { spec: { template: { spec: { terminationGracePeriodSeconds } } } }),
    metadata: { generation },
  });
  const warnings = (next: number, old: number) =>
    kindOf("ReplicationController").warnings?.(controller(2, next), controller(1, old));
  expect(warnings(-1, 1)).toEqual([]);
  expect(warnings(1, -1)).toHaveLength(1);
});

test("a definition always has a stored version, if one of its versions is for storage", () => {
  const versions = [{ name: "v1" }, { name: "v2", storage: true }, { name: "v3", storage: true }];
  const stored = (status: object) => decoded("CustomResourceDefinition", { spec: { versions }, status });
  expect(stored({})).toMatchObject({ status: { storedVersions: ["v2"] } });
  expect(stored({ storedVersions: ["v1"] })).toMatchObject({ status: { storedVersions: ["v1"] } });
  const next = stored({ storedVersions: ["v1"] });
  kindOf("CustomResourceDefinition").prepareUpdate?.(next, next);
  expect(next).toMatchObject({ status: { storedVersions: ["v1", "v2"] } });
});
