/** The properties of a pod that matter to nodes: replicas of a workload have the same shape. */
import type { Affinity, PodSpec } from "../../../api/generated/core.v1.ts";
import type { PendingPod, PodFacts } from "./pod-facts.ts";

export interface PodShape extends Pick<PodFacts, "requests" | "scored" | "ports"> {
  readonly spec: Pick<PodSpec, "nodeName" | "nodeSelector" | "tolerations"> & {
    readonly affinity?: Pick<Affinity, "nodeAffinity">;
  };
}

export function shapeOf({ pod: { spec }, requests, scored, ports }: PendingPod): PodShape {
  const { nodeName, nodeSelector, tolerations, affinity } = spec;
  return {
    requests,
    scored,
    ports,
    spec: {
      ...(nodeName !== undefined && { nodeName }),
      ...(nodeSelector && { nodeSelector }),
      ...(tolerations && { tolerations }),
      ...(affinity?.nodeAffinity && { affinity: { nodeAffinity: affinity.nodeAffinity } }),
    },
  };
}

/** Equal for equal shapes. */
export const shapeKey = ({
  requests: { cpu, memory, ephemeralStorage, scalars },
  scored,
  ports,
  spec,
}: PodShape): string => JSON.stringify([cpu, memory, ephemeralStorage, [...scalars], scored, ports, spec]);
