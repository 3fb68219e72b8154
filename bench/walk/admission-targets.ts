/** Whose writes policies and webhooks refuse or change: by API group and resource. */

/** What is refused. */
export const TARGETS = [
  ["", "pods"],
  ["", "pods"],
  ["", "pods/status"],
  ["", "pods/eviction"],
  ["", "pods/binding"],
  ["", "serviceaccounts"],
  ["", "configmaps"],
  ["", "services"],
  ["", "endpoints"],
  ["", "persistentvolumeclaims"],
  ["", "persistentvolumeclaims/status"],
  ["apps", "replicasets"],
  ["apps", "replicasets/status"],
  ["apps", "deployments"],
  ["apps", "deployments/status"],
  ["apps", "deployments/scale"],
  ["apps", "statefulsets"],
  ["apps", "statefulsets/status"],
  ["apps", "daemonsets/status"],
  ["apps", "controllerrevisions"],
  ["batch", "jobs"],
  ["batch", "jobs/status"],
  ["batch", "cronjobs/status"],
  ["discovery.k8s.io", "endpointslices"],
  ["policy", "poddisruptionbudgets/status"],
  ["autoscaling", "horizontalpodautoscalers/status"],
  ["walk.example.com", "gadgets"],
  ["walk.example.com", "gadgets/status"],
  ["*", "*"],
] as const;
export const OPERATIONS = [
  ["CREATE"],
  ["UPDATE"],
  ["DELETE"],
  ["CREATE", "UPDATE"],
  ["UPDATE", "DELETE"],
  ["*"],
] as const;
/** What is changed: other changes would make controllers act without end, in Kubernetes, too. */
export const MUTATED = [
  ["", "pods"],
  ["", "configmaps"],
  ["apps", "replicasets"],
  ["apps", "deployments"],
  ["apps", "statefulsets"],
  ["batch", "jobs"],
  ["discovery.k8s.io", "endpointslices"],
  ["", "persistentvolumeclaims"],
  ["walk.example.com", "gadgets"],
] as const;
