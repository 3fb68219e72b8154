import type { KubeObject } from "../../../api/machinery/meta.ts";
import type { GroupResource } from "../../../api/store/store.ts";
import { type ClusterState, keyOf } from "../cluster-state.ts";
import { conditionOf } from "../pods.ts";

const TARGETS: Readonly<Record<string, GroupResource>> = {
  Deployment: "deployments.apps",
  ReplicaSet: "replicasets.apps",
  StatefulSet: "statefulsets.apps",
};

/** Whatever metrics say, a target is kept within the bounds, unless it is switched off. */
export function* autoscalers(state: ClusterState): Iterable<string> {
  for (const autoscaler of state.list("horizontalpodautoscalers.autoscaling")) {
    const { scaleTargetRef, minReplicas = 1, maxReplicas } = autoscaler.spec;
    const resource = TARGETS[scaleTargetRef.kind] ?? "";
    const target = state.find(resource, `${autoscaler.metadata.namespace}/${scaleTargetRef.name}`);
    const scaled = conditionOf(autoscaler, "AbleToScale");
    if (!target) {
      if (scaled?.reason !== "FailedGetScale")
        yield `autoscaler ${keyOf(autoscaler)} says ${scaled?.reason} of no target`;
      continue;
    }
    // Two autoscalers of the same pods do nothing.
    if (conditionOf(autoscaler, "ScalingActive")?.reason === "AmbiguousSelector") continue;
    const { replicas = 1 } = (target as KubeObject & { spec: { replicas?: number } }).spec;
    if (replicas !== 0 && (replicas < minReplicas || replicas > maxReplicas))
      yield `autoscaler ${keyOf(autoscaler)} allows ${minReplicas} to ${maxReplicas}, its target has ${replicas}`;
  }
}
