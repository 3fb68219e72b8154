/** system:node, whose rules the node authorizer applies node by node; the role itself is bound to nobody. */
import type { PolicyRule } from "../../../api/generated/rbac.v1.ts";
import { allow, READ, recordEvents } from "../rbac/rule.ts";

export const nodeRules: readonly PolicyRule[] = [
  allow("create", "authentication.k8s.io", "tokenreviews"),
  allow("create", "authorization.k8s.io", "subjectaccessreviews localsubjectaccessreviews"),
  allow(READ, "core", "services"),
  allow(`create ${READ}`, "core", "nodes"),
  allow("update patch", "core", "nodes/status"),
  allow("update patch", "core", "nodes"),
  recordEvents,
  allow(READ, "core", "pods"),
  // Only its own mirror pods; the admission plugin NodeRestriction enforces that.
  allow("create delete", "core", "pods"),
  allow("update patch", "core", "pods/status"),
  allow("create", "core", "pods/eviction"),
  allow(READ, "core", "secrets configmaps"),
  allow("get", "core", "persistentvolumeclaims persistentvolumes"),
  allow("get", "core", "endpoints"),
  allow(`create ${READ}`, "certificates.k8s.io", "certificatesigningrequests"),
  allow("get create update patch delete", "coordination.k8s.io", "leases"),
  allow("get", "storage.k8s.io", "volumeattachments"),
  allow("create", "core", "serviceaccounts/token"),
  allow("get update patch", "core", "persistentvolumeclaims/status"),
  allow(READ, "storage.k8s.io", "csidrivers"),
  allow("get create update patch delete", "storage.k8s.io", "csinodes"),
  allow(READ, "node.k8s.io", "runtimeclasses"),
  allow("get", "resource.k8s.io", "resourceclaims"),
  allow("deletecollection", "resource.k8s.io", "resourceslices"),
  allow("get", "core", "serviceaccounts"),
];
