/**
 * What a write of an object's status may change, kind by kind: the PrepareForUpdate of Kubernetes' status strategies.
 */
import { expect, test } from "vitest";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { resources } from "../../api/resources/index.ts";
import type { Resource } from "../../api/resources/resource.ts";
import { prepareCreate, prepareStatusUpdate, prepareUpdate } from "./strategy.ts";

const kindOf = (kind: string): Resource => {
  const found = resources.find((resource) => resource.kind === kind);
  if (!found) throw new Error(kind);
  return found;
};

const objectOf = (by: string) =>
  ({
    kind: "K",
    apiVersion: "v1",
    metadata: {
      name: "a",
      uid: "u",
      creationTimestamp: "2026-01-01T00:00:00Z",
      resourceVersion: "1",
      labels: { by },
      annotations: { by },
      finalizers: [by],
      ownerReferences: [{ name: by }],
      managedFields: [{ manager: by }],
    },
    spec: { by },
    status: { conditions: [], by },
  }) as unknown as Stored<KubeObject> & { spec: { by: string }; status: { by?: string } };

/** The stored metadata that a status write preserves. */
function keptBy(kind: string): string[] {
  const draft = objectOf("new");
  prepareStatusUpdate(kindOf(kind), draft, objectOf("old"));
  expect(draft.spec).toEqual({ by: "old" });
  expect(draft.status.by).toBe("new");
  expect(draft.metadata.managedFields).toEqual([{ manager: "new" }]);
  const old = objectOf("old").metadata;
  return (["labels", "annotations", "finalizers", "ownerReferences"] as const).filter(
    (field) => JSON.stringify(draft.metadata[field]) === JSON.stringify(old[field]),
  );
}

const ALL = ["labels", "annotations", "finalizers", "ownerReferences"];

test.each([
  ["ValidatingAdmissionPolicy", ALL],
  ["APIService", ALL],
  ["FlowSchema", ALL],
  ["PriorityLevelConfiguration", ALL],
  ["ServiceCIDR", ALL],
  ["ResourceClaim", ALL],
  ["VolumeAttachment", ALL],
  ["Deployment", ["labels"]],
  ["Pod", ["ownerReferences"]],
  ["ReplicaSet", []],
  ["Job", []],
  ["Node", []],
  ["Service", []],
  ["PersistentVolumeClaim", []],
  ["CustomResourceDefinition", []],
])("REG-STATUS-META: through /status of %s, metadata keeps %j", (kind, kept) => {
  expect(keptBy(kind)).toEqual(kept);
});

test.each([
  ["PriorityLevelConfiguration", [undefined, undefined]],
  ["ServiceCIDR", [undefined, 5]],
  ["APIService", ["2026-01-02T00:00:00Z", 5]],
])("REG-STATUS-META: through /status of %s, a deletion mark and grace become %j", (kind, mark) => {
  const draft = objectOf("new");
  draft.metadata.deletionTimestamp = "2026-01-02T00:00:00Z";
  draft.metadata.deletionGracePeriodSeconds = 5;
  prepareStatusUpdate(kindOf(kind), draft, objectOf("old"));
  expect([draft.metadata.deletionTimestamp, draft.metadata.deletionGracePeriodSeconds]).toEqual(mark);
});

test.each(["resize", "ephemeralcontainers"])("through /%s of a pod, only what clients write is kept", (subresource) => {
  const [draft, old] = [objectOf("new"), objectOf("old")];
  draft.metadata.generateName = "g";
  const containers = { containers: [{ name: "c" }] };
  Object.assign(draft.spec, containers);
  Object.assign(old.spec, containers);
  kindOf("Pod").subresources?.[subresource]?.prepareUpdate?.(draft, old);
  expect(draft.metadata).toMatchObject({
    generateName: "g",
    labels: { by: "old" },
    managedFields: [{ manager: "new" }],
  });
});

test("REG-STATUS-SPLIT: a write of the object does not change the status", () => {
  for (const kind of ["ServiceCIDR", "ReplicaSet"]) {
    const draft = objectOf("new");
    prepareUpdate(kindOf(kind), draft, objectOf("old"));
    expect(draft.status.by).toBe("old");
    const created = objectOf("new");
    prepareCreate(kindOf(kind), created, { uid: "u", now: 0 });
    expect(created.status).toEqual({});
  }
});

test("a status update without labels restores template labels of a Job and a ReplicationController", () => {
  for (const kind of ["Job", "ReplicationController"]) {
    const old = objectOf("old") as unknown as { spec: object };
    old.spec = { template: { metadata: { labels: { a: "b" } } } };
    const draft = objectOf("new");
    delete draft.metadata.labels;
    prepareStatusUpdate(kindOf(kind), draft, old as unknown as Stored<KubeObject>);
    expect(draft.metadata.labels).toEqual({ a: "b" });
  }
});

test("a status update without annotations keeps the template generation of a DaemonSet", () => {
  const old = objectOf("old");
  old.metadata.annotations = { "deprecated.daemonset.template.generation": "3" };
  const draft = objectOf("new");
  prepareStatusUpdate(kindOf("DaemonSet"), draft, old);
  expect(draft.metadata.annotations).toEqual({ by: "new", "deprecated.daemonset.template.generation": "3" });
});
