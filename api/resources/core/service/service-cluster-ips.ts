/** Consistency of a Service's addresses, their families and its family policy. */
import type { ServiceSpec } from "../../../generated/core.v1.ts";
import { duplicate, type FieldError, invalid, notSupported, required } from "../../../machinery/field-error.ts";
import { familyOf } from "../../../machinery/network/ip.ts";
import { isDualStack, validateIp } from "../../../machinery/network/ip-validation.ts";
import { repeated } from "../../../machinery/repeated.ts";
import { isHeadless } from "./service-defaults.ts";

const FAMILIES: readonly string[] = ["IPv4", "IPv6"];
const FAMILY_POLICIES: readonly string[] = ["PreferDualStack", "RequireDualStack", "SingleStack"];

/** `old`: on an update, whose values need not be valid again. */
export function validateClusterIps(spec: ServiceSpec, old?: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.type === "ExternalName") return errors;
  const { clusterIP = "", clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  const path = "spec.clusterIPs";
  if (clusterIP) {
    if (clusterIPs.length === 0) errors.push(required(path));
    else if (clusterIPs[0] !== clusterIP) errors.push(invalid(path, clusterIPs, "first value must match `clusterIP`"));
  } else if (clusterIPs.length > 0)
    errors.push(invalid(path, clusterIPs, "must be empty when `clusterIP` is not specified"));
  const again = repeated(ipFamilies);
  ipFamilies.forEach((family, i) => {
    const at = `spec.ipFamilies[${i}]`;
    if (!FAMILIES.includes(family)) errors.push(notSupported(at, family, FAMILIES));
    if (again.has(i)) errors.push(duplicate(at, family));
  });
  if (ipFamilyPolicy !== undefined && !FAMILY_POLICIES.includes(ipFamilyPolicy))
    errors.push(notSupported("spec.ipFamilyPolicy", ipFamilyPolicy, FAMILY_POLICIES));
  if (!validateAddresses(clusterIPs, old?.clusterIPs ?? [], { path, errors })) return errors;
  if (clusterIPs.length > 1 && !isDualStack(clusterIPs))
    errors.push(invalid(path, clusterIPs, "may specify no more than one IP for each IP family"));
  if (isHeadless(spec)) return errors;
  clusterIPs.slice(0, ipFamilies.length).forEach((ip, i) => {
    const family = ipFamilies[i] ?? "";
    if (FAMILIES.includes(family) && familyOf(ip) !== family)
      errors.push(invalid(`${path}[${i}]`, ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``));
  });
  return errors;
}

/** Returns whether all are valid addresses, which further checks require. */
function validateAddresses(
  clusterIPs: readonly string[],
  old: readonly string[],
  { path, errors }: { path: string; errors: FieldError[] },
): boolean {
  let valid = true;
  clusterIPs.forEach((ip, i) => {
    if (i === 0 && ip === "None") {
      if (clusterIPs.length > 1) errors.push(invalid(path, clusterIPs, "'None' must be the first and only value"));
      valid &&= clusterIPs.length === 1;
      return;
    }
    const problems = old.includes(ip) ? [] : validateIp(ip, `${path}[${i}]`);
    errors.push(...problems);
    valid &&= problems.length === 0;
  });
  if (clusterIPs.length > 2) errors.push(invalid(path, clusterIPs, "may only hold up to 2 values"));
  return valid;
}
