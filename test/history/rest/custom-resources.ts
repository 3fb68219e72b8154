import type { ClusterState } from "../cluster-state.ts";
import { isTrue } from "../pods.ts";

/** Each definition is served. */
export function* definitions(state: ClusterState): Iterable<string> {
  for (const definition of state.list("customresourcedefinitions.apiextensions.k8s.io"))
    for (const type of ["NamesAccepted", "Established"])
      if (!isTrue(definition, type)) yield `definition ${definition.metadata.name} is not ${type}`;
}
