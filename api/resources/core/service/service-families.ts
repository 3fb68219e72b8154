/**
 * The address families of a Service: fills in what the client left open from what the cluster has, before addresses are
 * allocated (pkg/registry/core/service/storage, initIPFamilyFields).
 */
import type { Service, ServiceSpec } from "../../../generated/core.v1.ts";
import { sameValue } from "../../../machinery/field-checks.ts";
import { type FieldError, invalid } from "../../../machinery/field-error.ts";
import { deepEqual } from "../../../machinery/json/deep-equal.ts";
import { familyOf, type IPFamily, isIP } from "../../../machinery/network/ip.ts";
import { validateClusterIps } from "./service-cluster-ips.ts";
import { isHeadless } from "./service-defaults.ts";

/** Endpoints of such a Service are managed by its creator, so they may be of any family. */
const isHandmade = (spec: ServiceSpec) => isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0;

/** `old` on an update; `cluster`: the families in which the cluster allocates addresses, the default first. */
export interface FamilySetting {
  readonly old?: Service | undefined;
  readonly cluster: readonly IPFamily[];
}

/** Leaves a Service unchanged that cannot be completed: `validateFamilies` says why. */
export function completeFamilies(service: Service, setting: FamilySetting): void {
  const { spec } = service;
  const { old, cluster } = setting;
  if (spec.type === "ExternalName" || staysPreferred(spec, old?.spec)) return;
  const policy = policyOf(spec, old?.spec);
  if (old && policy === "SingleStack") releaseSecondFamily(spec, old.spec);
  if (validateFamilies(service, setting).length > 0) return;
  const families = [...(spec.ipFamilies ?? [])];
  for (const ip of (spec.clusterIPs ?? []).slice(families.length)) if (isIP(ip)) families.push(familyOf(ip));
  if (families.length === 0) families.push(cluster[0] ?? "IPv4");
  const second = families[0] === "IPv4" ? "IPv6" : "IPv4";
  if (families.length === 1 && policy !== "SingleStack" && (cluster.includes(second) || isHandmade(spec)))
    families.push(second);
  spec.ipFamilyPolicy = policy;
  spec.ipFamilies = families;
}

/** Without an explicit policy, the previous one is kept. */
const policyOf = (spec: ServiceSpec, old: ServiceSpec | undefined): string =>
  spec.ipFamilyPolicy ?? old?.ipFamilyPolicy ?? (isHandmade(spec) ? "RequireDualStack" : "SingleStack");

/** A Service that only prefers dual stack stays as it is when the cluster's families change. */
const staysPreferred = (spec: ServiceSpec, old: ServiceSpec | undefined): boolean =>
  old !== undefined &&
  spec.ipFamilyPolicy === "PreferDualStack" &&
  (old.ipFamilyPolicy ?? "PreferDualStack") === "PreferDualStack" &&
  spec.type === old.type &&
  sameValue(spec.clusterIPs, old.clusterIPs) &&
  sameValue(spec.ipFamilies, old.ipFamilies);

/**
 * A Service that returns to a single family gives up the second one and its address, even if the request still lists
 * them.
 */
function releaseSecondFamily(spec: ServiceSpec, old: ServiceSpec): void {
  if (spec.clusterIPs && deepEqual(spec.clusterIPs, old.clusterIPs)) spec.clusterIPs = spec.clusterIPs.slice(0, 1);
  if (spec.ipFamilies && deepEqual(spec.ipFamilies, old.ipFamilies)) spec.ipFamilies = spec.ipFamilies.slice(0, 1);
}

/** Errors of addresses and families by themselves, or else those that depend on the cluster or on the old object. */
export function validateFamilies({ spec }: Service, { old, cluster }: FamilySetting): FieldError[] {
  if (spec.type === "ExternalName" || staysPreferred(spec, old?.spec)) return [];
  const errors = validateClusterIps(spec, old?.spec);
  if (errors.length > 0) return errors;
  const { ipFamilies = [], clusterIPs = [] } = spec;
  const policy = policyOf(spec, old?.spec);
  const ofPolicy = (detail: string) => errors.push(invalid("spec.ipFamilyPolicy", policy, detail));
  if (policy !== "SingleStack") {
    if (isReduced(clusterIPs, old?.spec.clusterIPs))
      ofPolicy("must be 'SingleStack' to release the secondary cluster IP");
    if (isReduced(ipFamilies, old?.spec.ipFamilies))
      ofPolicy("must be 'SingleStack' to release the secondary IP family");
  } else {
    const several = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
    if (clusterIPs.length === 2) ofPolicy(`${several} cluster IPs are specified`);
    if (ipFamilies.length === 2) ofPolicy(`${several} IP families are specified`);
  }
  const has = (family: string) => cluster.some((each) => each === family);
  clusterIPs.forEach((ip, i) => {
    if (i < ipFamilies.length || !isIP(ip) || has(familyOf(ip))) return;
    errors.push(invalid(`spec.clusterIPs[${i}]`, clusterIPs, `${familyOf(ip)} is not configured on this cluster`));
  });
  if (errors.length > 0 || isHandmade(spec)) return errors;
  if (policy === "RequireDualStack" && cluster.length < 2)
    ofPolicy("this cluster is not configured for dual-stack services");
  ipFamilies.forEach((family, i) => {
    if (!has(family)) errors.push(invalid(`spec.ipFamilies[${i}]`, family, "not configured on this cluster"));
  });
  return errors;
}

/** An empty list means nothing. */
const isReduced = (next: readonly string[], old: readonly string[] = []) => next.length > 0 && next.length < old.length;
