import type { LoadBalancerIngress, Service } from "../../../generated/core.v1.ts";
import { type FieldError, forbidden, invalid, notSupported, required } from "../../../machinery/field-error.ts";
import { dnsSubdomain } from "../../../machinery/names.ts";
import { isIP } from "../../../machinery/network/ip.ts";
import { validateIp } from "../../../machinery/network/ip-validation.ts";

const MODES: readonly string[] = ["Proxy", "VIP"];

export function validateServiceStatus({ spec, status }: Service): FieldError[] {
  const ingress = status.loadBalancer?.ingress ?? [];
  const path = "status.loadBalancer.ingress";
  if (spec.type !== "LoadBalancer" && ingress.length > 0)
    return [forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")];
  return ingress.flatMap((entry, i) => validateIngress(entry, `${path}[${i}]`));
}

function validateIngress({ ip, ipMode, hostname }: LoadBalancerIngress, path: string): FieldError[] {
  const errors = ip ? validateIp(ip, `${path}.ip`) : [];
  if (ipMode === undefined) {
    if (ip) errors.push(required(`${path}.ipMode`, "must be specified when `ip` is set"));
  } else if (!ip) errors.push(forbidden(`${path}.ipMode`, "may not be specified when `ip` is not set"));
  else if (!MODES.includes(ipMode)) errors.push(notSupported(`${path}.ipMode`, ipMode, MODES));
  if (!hostname) return errors;
  for (const problem of dnsSubdomain(hostname)) errors.push(invalid(`${path}.hostname`, hostname, problem));
  if (isIP(hostname)) errors.push(invalid(`${path}.hostname`, hostname, "must be a DNS name, not an IP address"));
  return errors;
}
