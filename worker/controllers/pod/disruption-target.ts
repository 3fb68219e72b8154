import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { behindAll } from "../../../api/resources/core/pod/status/condition-order.ts";
import type { PatchEffect } from "../controller.ts";

const TYPE = "DisruptionTarget";

export interface Disruption {
  readonly reason: string;
  readonly message: string;
  /** The pod has ended, too, provided that it has not changed (rule CTL-FAILED). */
  readonly phase?: "Failed";
  /** The condition has no generation, as that of Kubernetes' device taint manager. */
  readonly withoutGeneration?: true;
}

/** Sets on a pod why the control plane terminates it. */
export function disruption(pod: Stored<Pod>, why: Disruption, now: number): PatchEffect {
  const { phase, withoutGeneration, ...reason } = why;
  const { generation, uid, resourceVersion } = pod.metadata;
  const condition = {
    type: TYPE,
    status: "True",
    ...(generation === undefined || withoutGeneration ? {} : { observedGeneration: generation }),
    ...reason,
    lastTransitionTime: timestamp(now),
  };
  return {
    op: "patch",
    resource: "pods",
    namespace: pod.metadata.namespace ?? "",
    name: pod.metadata.name,
    subresource: "status",
    type: "application/strategic-merge-patch+json",
    patch: {
      metadata: { uid, ...(phase ? { resourceVersion } : {}) },
      status: {
        ...(phase ? { phase, ...(generation === undefined ? {} : { observedGeneration: generation }) } : {}),
        conditions: [condition],
        // Of a pod's conditions, the snapshot drops those that nodes set.
        ...behindAll(
          TYPE,
          pod.status.conditions?.map(({ type }) => type),
        ),
      },
    },
  };
}
