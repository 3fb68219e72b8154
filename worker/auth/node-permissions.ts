/**
 * What a node may do: the rules of Kubernetes' role system:node, its own Node and Lease only. Which pods' objects a
 * node may read is not looked at here yet.
 */
import type { ResourceAttributes } from "./authorize.ts";
import type { User } from "./user.ts";

const NODES = "system:nodes";
const PREFIX = "system:node:";
const LEASE_NAMESPACE = "kube-node-lease";

const READ = ["get", "list", "watch"];
const WRITE = ["update", "patch"];

/** Verbs by `resource.group/subresource`. */
const RULES: Readonly<Record<string, readonly string[]>> = {
  nodes: [...READ, "create", ...WRITE],
  "nodes/status": WRITE,
  pods: [...READ, "create", "delete"],
  "pods/status": WRITE,
  "pods/eviction": ["create"],
  events: ["create", ...WRITE],
  "events.events.k8s.io": ["create", ...WRITE],
  "leases.coordination.k8s.io": ["get", "create", "delete", ...WRITE],
  services: READ,
  endpoints: READ,
  "endpointslices.discovery.k8s.io": READ,
  configmaps: READ,
  secrets: READ,
  serviceaccounts: ["get"],
  "serviceaccounts/token": ["create"],
  persistentvolumeclaims: ["get"],
  "persistentvolumeclaims/status": ["get", ...WRITE],
  persistentvolumes: ["get"],
  "volumeattachments.storage.k8s.io": ["get"],
  "csinodes.storage.k8s.io": [...READ, "create", "delete", ...WRITE],
  "csidrivers.storage.k8s.io": READ,
  "runtimeclasses.node.k8s.io": READ,
  "tokenreviews.authentication.k8s.io": ["create"],
  "subjectaccessreviews.authorization.k8s.io": ["create"],
  "localsubjectaccessreviews.authorization.k8s.io": ["create"],
};

export function nodeMay(
  user: User,
  { verb, group, resource, subresource, namespace, name }: ResourceAttributes,
): boolean {
  if (!user.groups.includes(NODES) || !user.name.startsWith(PREFIX)) return false;
  const own = user.name.slice(PREFIX.length);
  const rule = `${resource}${group === "" ? "" : `.${group}`}${subresource === "" ? "" : `/${subresource}`}`;
  if (!(RULES[rule]?.includes(verb) ?? false)) return false;
  if (resource === "nodes") return READ.includes(verb) || name === own || (verb === "create" && name === "");
  if (resource === "leases")
    return namespace === LEASE_NAMESPACE && (name === own || (verb === "create" && name === ""));
  if (resource === "secrets" || resource === "configmaps") return verb === "get" ? name !== "" : false;
  return true;
}
