import type { Service } from "../../generated/core.v1.ts";

/** Fields that Kubernetes takes and does not look at. */
export function serviceWarnings({ spec }: Service): string[] {
  const warnings: string[] = [];
  if (spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === "None") {
    if (spec.loadBalancerIP) warnings.push("spec.loadBalancerIP is ignored for headless services");
    if (spec.externalIPs?.length) warnings.push("spec.externalIPs is ignored for headless services");
    if (spec.sessionAffinity !== "None") warnings.push("spec.SessionAffinity is ignored for headless services");
  }
  if (spec.type === "ExternalName" && spec.externalIPs?.length)
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  return warnings;
}
