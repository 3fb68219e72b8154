/** The roles meant for people: cluster-admin, and admin, edit and view, which are aggregated from others. */
import type { PolicyRule } from "../../../api/generated/rbac.v1.ts";
import { allow, allowPaths, READ, READ_WRITE, WRITE } from "../../auth/rbac/rule.ts";

export const clusterAdmin: readonly PolicyRule[] = [allow("*", "*", "*"), allowPaths("*", "*")];

/** Roles that aggregate all roles with the label `rbac.authorization.k8s.io/aggregate-to-NAME`. */
export const aggregated: Readonly<Record<string, { readonly contributesTo?: string }>> = {
  admin: {},
  edit: { contributesTo: "admin" },
  view: { contributesTo: "edit" },
};

/** The initial contributions, by the aggregated role that they go to. */
export const contributions: Readonly<Record<string, readonly PolicyRule[]>> = {
  admin: [
    allow("create", "authorization.k8s.io", "localsubjectaccessreviews"),
    allow(READ_WRITE, "rbac.authorization.k8s.io", "roles rolebindings"),
  ],
  edit: [
    // Reading these amounts to acting as others, so they are not part of view.
    allow(READ, "core", "pods/attach pods/proxy pods/exec pods/portforward secrets services/proxy"),
    allow("impersonate", "core", "serviceaccounts"),
    allow(WRITE, "core", "pods pods/attach pods/proxy pods/exec pods/portforward"),
    allow("create", "core", "pods/eviction"),
    allow(
      WRITE,
      "core",
      "replicationcontrollers replicationcontrollers/scale serviceaccounts services services/proxy persistentvolumeclaims configmaps secrets",
    ),
    allow("create", "core", "serviceaccounts/token"),
    allow(WRITE, "core events.k8s.io", "events"),
    allow(
      WRITE,
      "apps",
      "statefulsets statefulsets/scale daemonsets deployments deployments/scale deployments/rollback replicasets replicasets/scale",
    ),
    allow(WRITE, "autoscaling", "horizontalpodautoscalers"),
    allow(WRITE, "batch", "jobs cronjobs"),
    allow(
      WRITE,
      "extensions",
      "daemonsets deployments deployments/scale deployments/rollback ingresses replicasets replicasets/scale replicationcontrollers/scale networkpolicies",
    ),
    allow(WRITE, "policy", "poddisruptionbudgets"),
    allow(WRITE, "networking.k8s.io", "networkpolicies ingresses"),
    allow(READ_WRITE, "coordination.k8s.io", "leases"),
    allow(WRITE, "resource.k8s.io", "resourceclaims resourceclaimtemplates"),
  ],
  view: [
    allow(
      READ,
      "core",
      "pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status endpoints persistentvolumeclaims persistentvolumeclaims/status configmaps",
    ),
    allow(
      READ,
      "core",
      "limitranges resourcequotas bindings pods/status resourcequotas/status namespaces/status replicationcontrollers/status pods/log",
    ),
    // Within a namespace: the namespace itself.
    allow(READ, "core", "namespaces"),
    allow(READ, "core events.k8s.io", "events"),
    allow(READ, "discovery.k8s.io", "endpointslices"),
    allow(
      READ,
      "apps",
      "controllerrevisions statefulsets statefulsets/status statefulsets/scale daemonsets daemonsets/status deployments deployments/status deployments/scale replicasets replicasets/status replicasets/scale",
    ),
    allow(READ, "autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status"),
    allow(READ, "batch", "jobs jobs/status cronjobs cronjobs/status"),
    allow(
      READ,
      "extensions",
      "daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status replicasets replicasets/scale replicasets/status replicationcontrollers/scale networkpolicies",
    ),
    allow(READ, "policy", "poddisruptionbudgets poddisruptionbudgets/status"),
    allow(READ, "networking.k8s.io", "networkpolicies ingresses ingresses/status"),
    allow(READ, "resource.k8s.io", "resourceclaims resourceclaims/status resourceclaimtemplates"),
  ],
};
