import type { KubeObject } from "../../../api/machinery/meta.ts";
import type { GroupResource } from "../../../api/store/store.ts";
import { type ClusterState, keyOf } from "../cluster-state.ts";

/** Written by the API server with names of their own, and left to expire. */
const TRANSIENT = new Set(["events"]);

/** A claim that a user has deleted is there for as long as a pod uses it, and a volume for as long as it is bound. */
const isUsed = (state: ClusterState, resource: GroupResource, { metadata }: KubeObject) =>
  resource === "persistentvolumes"
    ? state
        .list("persistentvolumes")
        .some((volume) => volume.metadata.name === metadata.name && volume.status.phase === "Bound")
    : resource === "persistentvolumeclaims" &&
      state
        .list("pods", metadata.namespace)
        .some(({ spec }) => spec.volumes?.some((volume) => volume.persistentVolumeClaim?.claimName === metadata.name));

/** What holds at rest of objects of every kind. */
export function* everything(state: ClusterState): Iterable<string> {
  for (const resource of state.resources) {
    if (TRANSIENT.has(resource)) continue;
    for (const object of state.all(resource)) {
      const { namespace, deletionTimestamp, finalizers, generation, ownerReferences = [] } = object.metadata;
      const what = `${resource} ${keyOf(object)}`;
      if (deletionTimestamp && !isUsed(state, resource, object))
        yield `${what} is still being deleted, held by ${finalizers}`;
      if (namespace !== undefined && !state.get("namespaces", "", namespace)) yield `${what} is in no namespace`;
      if (ownerReferences.length > 0 && ownerReferences.every(({ uid }) => !state.byUid(uid)))
        yield `${what} has lost its owner, ${ownerReferences[0]?.kind} ${ownerReferences[0]?.name}`;
      const { observedGeneration } = (object as { status?: { observedGeneration?: number } }).status ?? {};
      if (observedGeneration !== undefined && generation !== undefined && observedGeneration !== generation)
        yield `${what}: generation ${observedGeneration} of ${generation} is observed`;
    }
  }
  for (const { metadata } of state.list("namespaces")) {
    if (!state.get("serviceaccounts", metadata.name, "default"))
      yield `${metadata.name} has no default service account`;
    if (!state.get("configmaps", metadata.name, "kube-root-ca.crt")) yield `${metadata.name} has no kube-root-ca.crt`;
  }
}
