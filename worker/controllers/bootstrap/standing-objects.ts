/**
 * Recreates objects that every cluster starts with and somebody deleted: above all the Service `kubernetes`, by which
 * pods reach the API, and which `kubectl delete service --all` takes with it.
 */
import { defineController } from "../controller.ts";

const NAMESPACES = "namespaces";
const KINDS = [
  NAMESPACES,
  "configmaps",
  "services",
  "endpoints",
  "endpointslices.discovery.k8s.io",
  "servicecidrs.networking.k8s.io",
  "flowschemas.flowcontrol.apiserver.k8s.io",
  "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
];

export const standingObjectsController = defineController({
  name: "standing-objects-controller",
  program: "kube-apiserver",
  reads: KINDS,
  writes: KINDS,
  // All of them are one item: they are rarely deleted. At the start it is triggered by namespaces, which always exist.
  itemsOf: ({ resource, deleted }) => (deleted || resource === NAMESPACES ? ["all"] : []),
  reconcile(_, { snapshot, cluster }) {
    const missing = cluster.standing.filter(
      ({ resource, object: { metadata } }) => !snapshot.get(resource, metadata.namespace ?? "", metadata.name ?? ""),
    );
    if (missing.length === 0) return { effects: [] };
    const creations = missing.map(
      ({ resource, object }) =>
        ({ op: "create", resource, namespace: object.metadata.namespace ?? "", object }) as const,
    );
    return { effects: [{ op: "batch", effects: creations }] };
  },
});
