/**
 * What of roles and bindings a snapshot keeps: the part that decides. Their metadata is often the larger one, and a
 * cluster of many namespaces has thousands of bindings.
 */
import type { ClusterRole, ClusterRoleBinding } from "../../api/generated/rbac.v1.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";

export const ROLE_RESOURCES: readonly GroupResource[] = [
  "roles.rbac.authorization.k8s.io",
  "clusterroles.rbac.authorization.k8s.io",
  "rolebindings.rbac.authorization.k8s.io",
  "clusterrolebindings.rbac.authorization.k8s.io",
];

/** The name, the namespace, and the rules of a role, or the reference and the subjects of a binding. */
export function rolePart({ metadata, ...object }: KubeObject): KubeObject {
  const { name, namespace } = metadata;
  const { rules, roleRef, subjects } = object as Partial<ClusterRole & ClusterRoleBinding>;
  return {
    metadata: { ...(name ? { name } : {}), ...(namespace ? { namespace } : {}) },
    ...(rules ? { rules } : {}),
    ...(roleRef ? { roleRef } : {}),
    ...(subjects ? { subjects } : {}),
  };
}

const sizes = new WeakMap<KubeObject, number>();

/** The length of its JSON: memory takes two to four times as much. */
export function sizeOfPart(part: KubeObject): number {
  const size = sizes.get(part) ?? JSON.stringify(part).length;
  sizes.set(part, size);
  return size;
}
