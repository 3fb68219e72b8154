/**
 * The families of a Service's addresses: what the client left open is filled in from what the cluster has, before
 * addresses are allocated (pkg/registry/core/service/storage, initIPFamilyFields).
 */
import type { Service, ServiceSpec } from "../../generated/core.v1.ts";
import { type FieldError, invalid } from "../../machinery/field-error.ts";
import { familyOf, type IPFamily, isIP } from "../../machinery/ip.ts";
import { isHeadless } from "./service-defaults.ts";

/** The families in which the cluster gives addresses, the default first. */
const CLUSTER_FAMILIES: readonly IPFamily[] = ["IPv4"];

/** Endpoints of such a Service are its maker's affair, so they may be of any family. */
const isHandmade = (spec: ServiceSpec) => isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0;

export function completeFamilies({ spec }: Service, cluster: readonly IPFamily[] = CLUSTER_FAMILIES): void {
  if (spec.type === "ExternalName") return;
  const families = [...(spec.ipFamilies ?? [])];
  spec.clusterIPs?.forEach((ip, i) => {
    if (families.length <= i && isIP(ip)) families.push(familyOf(ip));
  });
  spec.ipFamilyPolicy ??= isHandmade(spec) ? "RequireDualStack" : "SingleStack";
  if (families.length === 0) families.push(cluster[0] ?? "IPv4");
  const second = families[0] === "IPv4" ? "IPv6" : "IPv4";
  if (families.length === 1 && spec.ipFamilyPolicy !== "SingleStack" && (cluster.includes(second) || isHandmade(spec)))
    families.push(second);
  spec.ipFamilies = families;
}

/** What only the cluster can refuse; each family and the policy itself have been looked at before. */
export function validateFamilies({ spec }: Service, cluster: readonly IPFamily[] = CLUSTER_FAMILIES): FieldError[] {
  const { ipFamilies = [], ipFamilyPolicy: policy, clusterIPs = [] } = spec;
  if (spec.type === "ExternalName" || isHandmade(spec)) return [];
  const several = clusterIPs.length > 1 ? "cluster IPs" : ipFamilies.length > 1 ? "IP families" : undefined;
  if (policy === "SingleStack" && several)
    return [
      invalid(
        "spec.ipFamilyPolicy",
        policy,
        `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${several} are specified`,
      ),
    ];
  if (policy === "RequireDualStack" && cluster.length < 2)
    return [invalid("spec.ipFamilyPolicy", policy, "this cluster is not configured for dual-stack services")];
  if (isHeadless(spec)) return [];
  return ipFamilies.flatMap((family, i) =>
    cluster.some((known) => known === family)
      ? []
      : [invalid(`spec.ipFamilies[${i}]`, family, "not configured on this cluster")],
  );
}
