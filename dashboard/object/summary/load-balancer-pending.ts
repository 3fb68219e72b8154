import type { Service } from "../../../api/generated/core.v1.ts";

/** Why a load balancer has no address yet: what its controller says, in a condition or else in its latest warning. */
export function pendingReason({ spec, status }: Service, warning: string | undefined): string {
  const reason = status.conditions?.find((condition) => condition.status === "False")?.message || warning;
  if (reason) return reason;
  return spec.loadBalancerClass
    ? `nothing that serves the class ${spec.loadBalancerClass} has taken it on`
    : "nothing has taken it on. kubectl label node NODE sailplane.dev/load-balancer=true lets a node serve it";
}
