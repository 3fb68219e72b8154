/** Objects that own each other, for tests of the garbage collector. */
import type { ConfigMap } from "../../../api/generated/core.v1.ts";
import type { OwnerReference } from "../../../api/generated/meta.v1.ts";
import type { ClusterRole } from "../../../api/generated/rbac.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";

export const configMap = (name: string, owners: readonly OwnerReference[] = [], finalizers?: string[]): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name,
    namespace: "ns",
    ...(owners.length > 0 ? { ownerReferences: [...owners] } : {}),
    ...(finalizers ? { finalizers } : {}),
  },
});
export const owner = (object: Stored<ConfigMap>, blocking = false): OwnerReference => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  name: object.metadata.name,
  uid: object.metadata.uid,
  ...(blocking ? { blockOwnerDeletion: true } : {}),
});

export const CLUSTER_ROLES = "clusterroles.rbac.authorization.k8s.io";
export const clusterRole = (name: string, ownerReferences: readonly OwnerReference[] = []): ClusterRole => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name, ownerReferences: [...ownerReferences] },
});

export const GADGETS = "gadgets.example.com";
export const gadgetDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: GADGETS },
  spec: {
    group: "example.com",
    names: { plural: "gadgets", kind: "Gadget" },
    scope: "Namespaced",
    versions: [{ name: "v1", served: true, storage: true }],
  },
  status: {
    acceptedNames: { plural: "gadgets", kind: "Gadget" },
    conditions: [{ type: "Established", status: "True" }],
  },
};
