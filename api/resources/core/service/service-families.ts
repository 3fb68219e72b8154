/**
 * The families of a Service's addresses: what the client left open is filled in from what the cluster has, before
 * addresses are allocated (pkg/registry/core/service/storage, initIPFamilyFields).
 */
import type { Service, ServiceSpec } from "../../../generated/core.v1.ts";
import { type FieldError, invalid } from "../../../machinery/field-error.ts";
import { deepEqual } from "../../../machinery/json/deep-equal.ts";
import { familyOf, type IPFamily, isIP } from "../../../machinery/network/ip.ts";
import { isHeadless } from "./service-defaults.ts";

/** Endpoints of such a Service are its maker's affair, so they may be of any family. */
const isHandmade = (spec: ServiceSpec) => isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0;

/** `cluster`: the families in which it gives addresses, the default first. */
export function completeFamilies({ spec }: Service, cluster: readonly IPFamily[]): void {
  if (spec.type === "ExternalName") return;
  const families = [...(spec.ipFamilies ?? [])];
  spec.clusterIPs?.forEach((ip, i) => {
    if (families.length === i && isIP(ip) && cluster.includes(familyOf(ip))) families.push(familyOf(ip));
  });
  spec.ipFamilyPolicy ??= isHandmade(spec) ? "RequireDualStack" : "SingleStack";
  // An address of a family that there is not is told as that.
  if (families.length === 0 && !spec.clusterIPs?.some(isIP)) families.push(cluster[0] ?? "IPv4");
  const second = families[0] === "IPv4" ? "IPv6" : "IPv4";
  if (families.length === 1 && spec.ipFamilyPolicy !== "SingleStack" && (cluster.includes(second) || isHandmade(spec)))
    families.push(second);
  spec.ipFamilies = families;
}

/** Who asks for one family again gives up the second with its address, though the request still names them. */
export function releaseSecondFamily({ spec }: Service, { spec: old }: Service): void {
  if (spec.ipFamilyPolicy !== "SingleStack" || old.ipFamilyPolicy === "SingleStack") return;
  if (spec.clusterIPs && deepEqual(spec.clusterIPs, old.clusterIPs)) spec.clusterIPs = spec.clusterIPs.slice(0, 1);
  if (spec.ipFamilies && deepEqual(spec.ipFamilies, old.ipFamilies)) spec.ipFamilies = spec.ipFamilies.slice(0, 1);
}

/** What only the cluster can refuse; each family and the policy itself have been looked at before. */
export function validateFamilies({ spec }: Service, cluster: readonly IPFamily[]): FieldError[] {
  const { ipFamilies = [], ipFamilyPolicy: policy, clusterIPs = [] } = spec;
  if (spec.type === "ExternalName" || isHandmade(spec)) return [];
  const has = (family: IPFamily) => cluster.includes(family);
  const errors: FieldError[] = [];
  const several = clusterIPs.length > 1 ? "cluster IPs" : ipFamilies.length > 1 ? "IP families" : undefined;
  if (policy === "SingleStack" && several)
    errors.push(
      invalid(
        "spec.ipFamilyPolicy",
        policy,
        `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${several} are specified`,
      ),
    );
  clusterIPs.forEach((ip, i) => {
    if (i < ipFamilies.length || !isIP(ip) || has(familyOf(ip))) return;
    errors.push(invalid(`spec.clusterIPs[${i}]`, clusterIPs, `${familyOf(ip)} is not configured on this cluster`));
  });
  if (errors.length > 0) return errors;
  if (policy === "RequireDualStack" && cluster.length < 2)
    errors.push(invalid("spec.ipFamilyPolicy", policy, "this cluster is not configured for dual-stack services"));
  if (isHeadless(spec)) return errors;
  ipFamilies.forEach((family, i) => {
    if (!has(family as IPFamily))
      errors.push(invalid(`spec.ipFamilies[${i}]`, family, "not configured on this cluster"));
  });
  return errors;
}
