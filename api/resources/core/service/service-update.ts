import type { Service, ServiceSpec } from "../../../generated/core.v1.ts";
import { type FieldError, forbidden, invalid } from "../../../machinery/field-error.ts";
import { FIELD_IMMUTABLE } from "../../../machinery/object-meta-validation.ts";
import { isHeadless, needsHealthCheckPort } from "./service-defaults.ts";
import { validateLoadBalancerClass } from "./service-validation.ts";

const ONCE = "may not change once set";

/**
 * Secondary addresses and families may be added and removed; primary ones only change through ExternalName. `validate`
 * reports the rest.
 */
export function validateServiceUpdate({ spec }: Service, { spec: old }: Service): FieldError[] {
  const errors: FieldError[] = [];
  validateClusterIpChange(spec, old, errors);
  validateFamilyChange(spec, old, errors);
  if (spec.type === "LoadBalancer" && old.type === "LoadBalancer" && spec.loadBalancerClass !== old.loadBalancerClass)
    errors.push(invalid("spec.loadBalancerClass", spec.loadBalancerClass ?? null, ONCE));
  // Kubernetes validates the class twice on an update.
  validateLoadBalancerClass(spec, errors);
  if (needsHealthCheckPort(spec) && needsHealthCheckPort(old) && spec.healthCheckNodePort !== old.healthCheckNodePort)
    errors.push(forbidden("spec.healthCheckNodePort", FIELD_IMMUTABLE));
  return errors;
}

const involvesExternalName = (spec: ServiceSpec, old: ServiceSpec) =>
  spec.type === "ExternalName" || old.type === "ExternalName";

function validateClusterIpChange(spec: ServiceSpec, old: ServiceSpec, errors: FieldError[]): void {
  if (involvesExternalName(spec, old) || (isHeadless(spec) && isHeadless(old))) return;
  const [next, before] = [spec.clusterIPs ?? [], old.clusterIPs ?? []];
  if (next.length === before.length) {
    before.forEach((ip, i) => {
      if (ip !== next[i]) errors.push(invalid(`spec.clusterIPs[${i}]`, next, ONCE));
    });
    return;
  }
  if (before.length > next.length && next.length === 0)
    errors.push(invalid("spec.clusterIPs[0]", spec.clusterIPs ?? null, "primary clusterIP can not be unset"));
  else if (before.length > 0 && next[0] !== before[0]) errors.push(invalid("spec.clusterIPs[0]", next, ONCE));
  if (before.length > next.length && next.length === 1 && spec.ipFamilyPolicy !== "SingleStack")
    errors.push(
      invalid(
        "spec.ipFamilyPolicy",
        spec.ipFamilyPolicy ?? null,
        "must be set to 'SingleStack' when releasing the secondary clusterIP",
      ),
    );
}

function validateFamilyChange(spec: ServiceSpec, old: ServiceSpec, errors: FieldError[]): void {
  if (involvesExternalName(spec, old) || isHeadless(spec) || isHeadless(old)) return;
  const [next, before] = [spec.ipFamilies ?? [], old.ipFamilies ?? []];
  const path = "spec.ipFamilies[0]";
  if (next.length === before.length) {
    before.forEach((family, i) => {
      if (family !== next[i]) errors.push(invalid(path, next, ONCE));
    });
    return;
  }
  const released = before.length > next.length;
  if (released && !spec.clusterIPs?.length) errors.push(invalid(path, next, "primary ipFamily can not be unset"));
  if (before.length > 0 && next.length > 0 && next[0] !== before[0])
    errors.push(invalid(path, spec.clusterIPs ?? null, ONCE));
  if (released && next.length === 1 && spec.ipFamilyPolicy !== "SingleStack")
    errors.push(
      invalid(
        "spec.ipFamilyPolicy",
        spec.ipFamilyPolicy ?? null,
        "must be set to 'SingleStack' when releasing the secondary ipFamily",
      ),
    );
}
