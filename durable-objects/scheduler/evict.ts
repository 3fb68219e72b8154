import { behindAll } from "../../api/resources/core/pod/status/condition-order.ts";
import type { ApiClient } from "../../client/api-client.ts";
import type { PendingPod, PodFacts } from "../../worker/scheduler/cluster/pod-facts.ts";
import { mustSucceed } from "./must-succeed.ts";

/**
 * Deletes a pod to make room for another, after setting its DisruptionTarget condition. A pod that is already gone
 * counts as success.
 */
export async function evict(
  api: ApiClient,
  { namespace, name, uid, generation, preempted }: PodFacts,
  { preemptor, time }: { readonly preemptor: PendingPod; readonly time: string },
): Promise<void> {
  const target = { resource: "pods", namespace, name };
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    reason: "PreemptionByScheduler",
    message: `${preemptor.pod.spec.schedulerName}: preempting to accommodate a higher priority pod`,
    lastProbeTime: null,
    lastTransitionTime: time,
  };
  // An earlier attempt may have come this far.
  if (!preempted) {
    const patched = await api.patch({ ...target, subresource: "status" }, "application/strategic-merge-patch+json", {
      metadata: { uid },
      status: { conditions: [condition], ...behindAll(condition.type) },
    });
    mustSucceed(patched, "setting the condition");
  }
  mustSucceed(await api.delete(target, { uid }), "deleting");
}
