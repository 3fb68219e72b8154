/** pkg/apis/networking/validation: Ingress. */
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressRule,
  IngressServiceBackend,
  IngressTLS,
} from "../../generated/networking.v1.ts";
import { checkKindAndName } from "../../machinery/field-checks.ts";
import { type FieldError, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { dnsLabel, dnsSubdomain, portName, portNumber, wildcardSubdomain } from "../../machinery/names.ts";
import { isIP } from "../../machinery/network/ip.ts";
import { validateIp } from "../../machinery/network/ip-validation.ts";

export function validateIngress({ spec }: Ingress): FieldError[] {
  const errors: FieldError[] = [];
  const { rules, defaultBackend, tls, ingressClassName } = spec;
  if (!rules?.length && !defaultBackend)
    errors.push(invalid("spec", rules ?? null, "either `defaultBackend` or `rules` must be specified"));
  if (defaultBackend) checkBackend(errors, "spec.defaultBackend", defaultBackend);
  rules?.forEach((rule, i) => {
    checkRule(errors, `spec.rules[${i}]`, rule);
  });
  tls?.forEach((entry, i) => {
    checkTLS(errors, `spec.tls[${i}]`, entry);
  });
  if (ingressClassName !== undefined)
    for (const problem of dnsSubdomain(ingressClassName))
      errors.push(invalid("spec.ingressClassName", ingressClassName, problem));
  return errors;
}

const hostProblems = (host: string) => (host.includes("*") ? wildcardSubdomain(host) : dnsSubdomain(host));

function checkTLS(errors: FieldError[], path: string, { hosts, secretName }: IngressTLS): void {
  hosts?.forEach((host, i) => {
    for (const problem of hostProblems(host)) errors.push(invalid(`${path}.hosts[${i}]`, host, problem));
  });
  if (secretName)
    for (const problem of dnsSubdomain(secretName)) errors.push(invalid(`${path}.secretName`, secretName, problem));
}

function checkRule(errors: FieldError[], path: string, { host, http }: IngressRule): void {
  if (host) {
    if (isIP(host)) errors.push(invalid(`${path}.host`, host, "must be a DNS name, not an IP address"));
    for (const problem of hostProblems(host)) errors.push(invalid(`${path}.host`, host, problem));
  }
  if (!http) return;
  if (!http.paths?.length) errors.push(required(`${path}.http.paths`));
  http.paths?.forEach((entry, i) => {
    checkPath(errors, `${path}.http.paths[${i}]`, entry);
  });
}

const PATH_TYPES = ["Exact", "ImplementationSpecific", "Prefix"];
const INVALID_SEQUENCES = ["//", "/./", "/../", "%2f", "%2F"];
const INVALID_SUFFIXES = ["/..", "/."];

function checkPath(errors: FieldError[], at: string, { path = "", pathType, backend }: HTTPIngressPath): void {
  if (pathType === undefined) {
    errors.push(required(`${at}.pathType`, "pathType must be specified"));
    return;
  }
  if (pathType === "Exact" || pathType === "Prefix") {
    if (!path.startsWith("/")) errors.push(invalid(`${at}.path`, path, "must be an absolute path"));
    for (const sequence of INVALID_SEQUENCES)
      if (path.includes(sequence)) errors.push(invalid(`${at}.path`, path, `must not contain '${sequence}'`));
    for (const suffix of INVALID_SUFFIXES)
      if (path.endsWith(suffix)) errors.push(invalid(`${at}.path`, path, `cannot end with '${suffix}'`));
  } else if (pathType === "ImplementationSpecific") {
    if (path !== "" && !path.startsWith("/")) errors.push(invalid(`${at}.path`, path, "must be an absolute path"));
  } else errors.push(notSupported(`${at}.pathType`, pathType, PATH_TYPES));
  checkBackend(errors, `${at}.backend`, backend ?? {});
}

function checkBackend(errors: FieldError[], path: string, { service, resource }: IngressBackend): void {
  if (service && resource) errors.push(invalid(path, "", "cannot set both resource and service backends"));
  else if (resource) checkResourceReference(errors, `${path}.resource`, resource);
  else if (service) checkService(errors, path, service);
  else errors.push(invalid(path, "", "resource or service backend is required"));
}

function checkService(errors: FieldError[], path: string, { name = "", port = {} }: IngressServiceBackend): void {
  if (name === "") errors.push(required(`${path}.service.name`));
  else for (const problem of dnsLabel(name)) errors.push(invalid(`${path}.service.name`, name, problem));
  if (port.name && port.number) errors.push(invalid(path, "", "cannot set both port name & port number"));
  else if (port.name)
    for (const problem of portName(port.name)) errors.push(invalid(`${path}.service.port.name`, port.name, problem));
  else if (port.number)
    for (const problem of portNumber(port.number))
      errors.push(invalid(`${path}.service.port.number`, port.number, problem));
  else errors.push(required(path, "port name or number is required"));
}

/** A reference by kind and name to an object in the same namespace, or a cluster-scoped one. */
export function checkResourceReference(
  errors: FieldError[],
  path: string,
  { apiGroup, ...named }: { apiGroup?: string; kind: string; name: string },
): void {
  if (apiGroup !== undefined)
    for (const problem of dnsSubdomain(apiGroup)) errors.push(invalid(`${path}.apiGroup`, apiGroup, problem));
  checkKindAndName(errors, path, named);
}

export function validateIngressStatus({ status }: Ingress): FieldError[] {
  const errors: FieldError[] = [];
  status.loadBalancer?.ingress?.forEach(({ ip, hostname }, i) => {
    const path = `status.loadBalancer.ingress[${i}]`;
    if (ip) errors.push(...validateIp(ip, `${path}.ip`));
    if (!hostname) return;
    for (const problem of dnsSubdomain(hostname)) errors.push(invalid(`${path}.hostname`, hostname, problem));
    if (isIP(hostname)) errors.push(invalid(`${path}.hostname`, hostname, "must be a DNS name, not an IP address"));
  });
  return errors;
}
