/** What a cluster holds from its first minute, before anybody made anything. */
import type { Held } from "../../api/backup.ts";

const OWN_NAMESPACES = ["", "default", "kube-node-lease", "kube-public", "kube-system"];

/** By resource, how many a namespace has of it at most; or any number, where only the control plane makes them. */
const OWN: Readonly<Record<string, number>> = {
  "apiservices.apiregistration.k8s.io": Number.POSITIVE_INFINITY,
  "clusterrolebindings.rbac.authorization.k8s.io": Number.POSITIVE_INFINITY,
  "clusterroles.rbac.authorization.k8s.io": Number.POSITIVE_INFINITY,
  "clustersettings.sailplane.dev": Number.POSITIVE_INFINITY,
  configmaps: 2,
  endpoints: 1,
  "endpointslices.discovery.k8s.io": 1,
  events: Number.POSITIVE_INFINITY,
  "flowschemas.flowcontrol.apiserver.k8s.io": Number.POSITIVE_INFINITY,
  "ipaddresses.networking.k8s.io": 1,
  "leases.coordination.k8s.io": Number.POSITIVE_INFINITY,
  namespaces: 4,
  "nodecredentials.sailplane.dev": Number.POSITIVE_INFINITY,
  nodes: Number.POSITIVE_INFINITY,
  "priorityclasses.scheduling.k8s.io": 2,
  "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": Number.POSITIVE_INFINITY,
  "rolebindings.rbac.authorization.k8s.io": 6,
  "roles.rbac.authorization.k8s.io": 6,
  serviceaccounts: 1,
  "servicecidrs.networking.k8s.io": 1,
  services: 1,
};

/** Whether nobody would miss it. Nodes come by themselves. */
export const isFresh = ({ resource, namespace, objects }: Held): boolean =>
  OWN_NAMESPACES.includes(namespace) && objects <= (OWN[resource] ?? 0);
