import { expect, test } from "vitest";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import type { ReconcileContext, Snapshot } from "../controller.ts";
import { customResourceCleanup } from "./custom-resource-cleanup.ts";

const FINALIZER = "customresourcecleanup.apiextensions.k8s.io";
const definition = {
  metadata: {
    name: "foos.e.com",
    uid: "u",
    deletionTimestamp: "2026-01-01T00:00:00Z",
    finalizers: ["other", FINALIZER],
  },
  spec: { group: "e.com", names: { plural: "foos", kind: "Foo" }, versions: [] },
  status: {
    conditions: [
      { type: "Established", status: "True" },
      { type: "Terminating", status: "True", reason: "InstanceDeletionPending" },
    ],
  },
};

function plan(objects: readonly object[], { failure, of = definition }: { failure?: object; of?: object } = {}) {
  const snapshot = {
    get: () => of,
    list: (resource: string) => (resource.startsWith("customresource") ? [of] : objects),
  } as unknown as Snapshot;
  return customResourceCleanup.reconcile("foos.e.com", { snapshot, now: 0, failure } as ReconcileContext);
}

test("CRD-CLEANUP: a terminating definition deletes its objects first, and then goes", () => {
  const objects = [
    { metadata: { name: "a", namespace: "n", uid: "1" } },
    { metadata: { name: "b", namespace: "n", uid: "2", deletionTimestamp: "2026-01-01T00:00:00Z" } },
  ] as Stored<KubeObject>[];
  const [reported, batch] = plan(objects).effects;
  expect(batch).toEqual({
    op: "batch",
    effects: [{ op: "delete", resource: "foos.e.com", namespace: "n", name: "a", uid: "1" }],
  });
  const saying = (reason: string, message: string) => ({
    subresource: "status",
    object: {
      status: { conditions: [{ type: "Established" }, { type: "Terminating", status: "True", reason, message }] },
    },
  });
  expect(reported).toMatchObject(saying("InstanceDeletionInProgress", "CustomResource deletion is in progress"));
  expect(plan(objects, { failure: { effect: { op: "delete" }, message: "no" } }).effects[0]).toMatchObject(
    saying("InstanceDeletionFailed", "could not issue all deletes: no"),
  );
  expect(plan([]).effects).toMatchObject([{ op: "update", object: { metadata: { finalizers: ["other"] } } }]);
});

const ended = (reason: string, message: string) => [
  {
    op: "update",
    subresource: "status",
    object: {
      metadata: { finalizers: ["other"] },
      status: { conditions: [{ type: "Established" }, { type: "Terminating", status: "False", reason, message }] },
    },
  },
];

test("CRD-CLEANUP: a definition that another finalizer holds says that its objects are gone", () => {
  expect(plan([]).effects).toMatchObject(ended("InstanceDeletionCompleted", "removed all instances"));
  const [established, terminating] = definition.status.conditions;
  const refused = { conditions: [{ ...established, status: "False" }, terminating] };
  expect(plan([], { of: { ...definition, status: refused } }).effects).toMatchObject(
    ended("NeverEstablished", "resource was never established"),
  );
});

test("CRD-CLEANUP: the objects of a built-in kind stay when a definition of that name is deleted", () => {
  const spec = {
    group: "networking.k8s.io",
    names: { plural: "networkpolicies", kind: "NetworkPolicy" },
    versions: [],
  };
  const objects = [{ metadata: { name: "a", namespace: "n", uid: "1" } }];
  expect(plan(objects, { of: { ...definition, spec } }).effects).toMatchObject(
    ended("OverlappingBuiltInResource", "instances overlap with built-in resources in storage"),
  );
});
