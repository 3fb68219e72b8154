/** What a cluster contains from the start, before anybody created anything. */
import type { Held } from "../../../api/backup.ts";

/** Cluster-scoped, and in the control plane's own namespaces: created by the control plane, in any number. */
const OWN_PLACES = ["", "kube-node-lease", "kube-public", "kube-system"];
const OWN: ReadonlySet<string> = new Set([
  "apiservices.apiregistration.k8s.io",
  "clusterrolebindings.rbac.authorization.k8s.io",
  "clusterroles.rbac.authorization.k8s.io",
  // Not the control plane's, but a restore keeps them.
  "clusters.sailplane.dev",
  "clustersettings.sailplane.dev",
  "configmaps",
  "events",
  "flowschemas.flowcontrol.apiserver.k8s.io",
  "ipaddresses.networking.k8s.io",
  "leases.coordination.k8s.io",
  "nodecredentials.sailplane.dev",
  "nodes",
  "priorityclasses.scheduling.k8s.io",
  "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
  "rolebindings.rbac.authorization.k8s.io",
  "roles.rbac.authorization.k8s.io",
  "serviceaccounts",
  "servicecidrs.networking.k8s.io",
]);

/** Everywhere else, anything beyond these numbers is somebody's: objects per resource in a namespace. */
const BORN_WITH: Readonly<Record<string, number>> = {
  "/namespaces": 4,
  "/storageclasses.storage.k8s.io": 1,
  "default/configmaps": 1,
  "default/endpoints": 1,
  "default/endpointslices.discovery.k8s.io": 1,
  "default/events": Number.POSITIVE_INFINITY,
  "default/serviceaccounts": 1,
  "default/services": 1,
};

/** Whether nobody would miss it. Nodes register by themselves. */
export const isFresh = ({ resource, namespace, objects }: Held): boolean =>
  (OWN_PLACES.includes(namespace) && OWN.has(resource)) || objects <= (BORN_WITH[`${namespace}/${resource}`] ?? 0);
