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

function plan(objects: readonly object[], failure?: object) {
  const snapshot = {
    get: () => definition,
    list: (resource: string) => (resource === "foos.e.com" ? objects : [definition]),
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
  expect(plan(objects, { effect: { op: "delete" }, message: "no" }).effects[0]).toMatchObject(
    saying("InstanceDeletionFailed", "could not issue all deletes: no"),
  );
  const [update] = plan([]).effects;
  expect(update).toMatchObject({ op: "update", object: { metadata: { finalizers: ["other"] } } });
});
