/** A controller of config maps, for tests of the loop that runs it. */
import type { ConfigMap } from "../../../api/generated/core.v1.ts";
import type { Controller, ReconcileContext } from "../../../worker/controllers/controller.ts";

export const configMap = (name: string): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "ns" },
});

/** A controller of config maps that runs the test's own `reconcile`. */
export const controllerOf = (
  reconcile: (name: string, context: ReconcileContext) => ReturnType<Controller["reconcile"]>,
  name = "test-controller",
): Controller => ({
  name,
  reads: ["configmaps"],
  writes: ["configmaps", "secrets"],
  itemsOf: ({ object }) => [object.metadata.name],
  reconcile,
});
