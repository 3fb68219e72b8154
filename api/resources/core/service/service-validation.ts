import type { Service, ServicePort, ServiceSpec } from "../../../generated/core.v1.ts";
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  notSupportedText,
  required,
} from "../../../machinery/field-error.ts";
import { validateLabels } from "../../../machinery/labels-validation.ts";
import { dnsLabel, dnsSubdomain, portNumber, qualifiedName } from "../../../machinery/names.ts";
import { validateCidr, validateIp, validateOrdinaryIp } from "../../../machinery/network/ip-validation.ts";
import { validatePortReference, validateProtocol } from "../pod/containers/ports.ts";
import { isExternallyAccessible, isHeadless, needsHealthCheckPort } from "./service-defaults.ts";

const TYPES: readonly string[] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const AFFINITIES: readonly string[] = ["ClientIP", "None"];
const POLICIES: readonly string[] = ["Cluster", "Local"];
const DISTRIBUTIONS: readonly string[] = ["PreferClose", "PreferSameZone", "PreferSameNode"];
const MAX_AFFINITY_SECONDS = 86_400;
const FOR_LOAD_BALANCERS = "may only be used when `type` is 'LoadBalancer'";
const HINTS = "service.kubernetes.io/topology-aware-hints";
const MODE = "service.kubernetes.io/topology-mode";
const SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges";

/**
 * In the order in which Kubernetes reports errors. What cannot be allocated has been refused before.
 */
export function validateService(service: Service): FieldError[] {
  const errors: FieldError[] = [];
  const { metadata, spec } = service;
  const { ports = [] } = spec;
  const hints = metadata.annotations?.[HINTS];
  const mode = metadata.annotations?.[MODE];
  if (hints !== undefined && mode !== undefined && hints !== mode)
    errors.push(
      invalid(`metadata.annotations[${MODE}]`, mode, `must match annotations[${HINTS}] when both are specified`),
    );
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== "ExternalName") errors.push(required("spec.ports"));
  validateType(spec, errors);
  const names = new Set<string>();
  ports.forEach((port, i) => {
    validatePort(port, `spec.ports[${i}]`, { names, needsName: ports.length > 1, errors });
  });
  if (spec.selector) errors.push(...validateLabels(spec.selector, "spec.selector"));
  validateAffinity(spec, errors);
  spec.externalIPs?.forEach((ip, i) => {
    const problems = validateIp(ip, `spec.externalIPs[${i}]`);
    errors.push(...(problems.length > 0 ? problems : validateOrdinaryIp(ip, `spec.externalIPs[${i}]`)));
  });
  if (!spec.type) errors.push(required("spec.type"));
  else if (!TYPES.includes(spec.type)) errors.push(notSupported("spec.type", spec.type, TYPES));
  forbidNodePorts(spec, errors);
  validatePortsDiffer(ports, errors);
  validateSourceRanges(service, errors);
  if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== "LoadBalancer")
    errors.push(forbidden("spec.allocateLoadBalancerNodePorts", FOR_LOAD_BALANCERS));
  validateLoadBalancerClass(spec, errors);
  validateTrafficPolicies(spec, errors);
  return errors;
}

function validateType(
  { type, clusterIPs, ipFamilies, ipFamilyPolicy, externalName = "" }: ServiceSpec,
  errors: FieldError[],
) {
  if ((type === "LoadBalancer" || type === "NodePort") && clusterIPs?.length === 1 && clusterIPs[0] === "None")
    errors.push(invalid("spec.clusterIPs[0]", "None", `may not be set to 'None' for ${type} services`));
  if (type !== "ExternalName") return;
  const rule = "may not be set for ExternalName services";
  if (clusterIPs?.length) errors.push(forbidden("spec.clusterIPs", rule));
  if (ipFamilies?.length) errors.push(forbidden("spec.ipFamilies", rule));
  if (ipFamilyPolicy !== undefined) errors.push(forbidden("spec.ipFamilyPolicy", rule));
  const name = externalName.endsWith(".") ? externalName.slice(0, -1) : externalName;
  if (!name) errors.push(required("spec.externalName"));
  else for (const problem of dnsSubdomain(name)) errors.push(invalid("spec.externalName", name, problem));
}

function validatePort(
  { name, port = 0, protocol, targetPort, appProtocol }: ServicePort,
  path: string,
  { names, needsName, errors }: { names: Set<string>; needsName: boolean; errors: FieldError[] },
): void {
  if (name) {
    for (const problem of dnsLabel(name)) errors.push(invalid(`${path}.name`, name, problem));
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
  } else if (needsName) errors.push(required(`${path}.name`));
  for (const problem of portNumber(port)) errors.push(invalid(`${path}.port`, port, problem));
  validateProtocol(protocol, `${path}.protocol`, errors);
  validatePortReference(targetPort, `${path}.targetPort`, errors);
  if (appProtocol !== undefined)
    for (const problem of qualifiedName(appProtocol)) errors.push(invalid(`${path}.appProtocol`, appProtocol, problem));
}

function validateAffinity(
  { sessionAffinity: affinity, sessionAffinityConfig: config }: ServiceSpec,
  errors: FieldError[],
) {
  const path = "spec.sessionAffinityConfig";
  if (!affinity) errors.push(required("spec.sessionAffinity"));
  else if (!AFFINITIES.includes(affinity)) errors.push(notSupported("spec.sessionAffinity", affinity, AFFINITIES));
  if (affinity === "None" && config) errors.push(forbidden(path, "must not be set when session affinity is None"));
  const seconds = config?.clientIP?.timeoutSeconds;
  if (affinity === "ClientIP" && seconds !== undefined && (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS))
    errors.push(
      invalid(
        `${path}.clientIP.timeoutSeconds`,
        seconds,
        `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`,
      ),
    );
}

function forbidNodePorts({ type, ports = [] }: ServiceSpec, errors: FieldError[]): void {
  if (type !== "ClusterIP") return;
  ports.forEach(({ nodePort }, i) => {
    if (nodePort) errors.push(forbidden(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
  });
}

function validatePortsDiffer(ports: readonly ServicePort[], errors: FieldError[]): void {
  const nodePorts = new Set<string>();
  ports.forEach(({ nodePort, protocol }, i) => {
    if (!nodePort) return;
    const key = `${protocol} ${nodePort}`;
    if (nodePorts.has(key)) errors.push(duplicate(`spec.ports[${i}].nodePort`, nodePort));
    nodePorts.add(key);
  });
  const seen = new Set<string>();
  ports.forEach(({ port, protocol = "" }, i) => {
    const key = `${protocol} ${port}`;
    // Kubernetes prints its internal struct with only the key set.
    if (seen.has(key))
      errors.push(
        duplicate(`spec.ports[${i}]`, {
          Name: "",
          Protocol: protocol,
          AppProtocol: null,
          Port: port,
          TargetPort: 0,
          NodePort: 0,
        }),
      );
    seen.add(key);
  });
}

function validateSourceRanges({ metadata, spec }: Service, errors: FieldError[]): void {
  const annotation = metadata.annotations?.[SOURCE_RANGES];
  const listed = spec.loadBalancerSourceRanges ?? [];
  if (listed.length === 0 && annotation === undefined) return;
  const path = listed.length > 0 ? "spec.LoadBalancerSourceRanges" : `metadata.annotations[${SOURCE_RANGES}]`;
  if (spec.type !== "LoadBalancer") errors.push(forbidden(path, FOR_LOAD_BALANCERS));
  if (listed.length > 0)
    listed.forEach((range, i) => {
      errors.push(...validateCidr(range.trim(), `${path}[${i}]`));
    });
  else if (annotation?.trim())
    for (const range of annotation.split(",")) errors.push(...validateCidr(range.trim(), path));
}

export function validateLoadBalancerClass({ type, loadBalancerClass }: ServiceSpec, errors: FieldError[]): void {
  if (loadBalancerClass === undefined) return;
  const path = "spec.loadBalancerClass";
  if (type !== "LoadBalancer") errors.push(forbidden(path, FOR_LOAD_BALANCERS));
  else for (const problem of qualifiedName(loadBalancerClass)) errors.push(invalid(path, loadBalancerClass, problem));
}

function validateTrafficPolicies(spec: ServiceSpec, errors: FieldError[]): void {
  const { externalTrafficPolicy: external = "", internalTrafficPolicy: internal, trafficDistribution, type } = spec;
  if (!isExternallyAccessible(spec)) {
    if (external)
      errors.push(
        invalid("spec.externalTrafficPolicy", external, "may only be set for externally-accessible services"),
      );
  } else if (!external) errors.push(required("spec.externalTrafficPolicy"));
  else if (!POLICIES.includes(external)) errors.push(notSupported("spec.externalTrafficPolicy", external, POLICIES));
  const { healthCheckNodePort = 0 } = spec;
  if (healthCheckNodePort && !needsHealthCheckPort(spec))
    errors.push(
      invalid(
        "spec.healthCheckNodePort",
        healthCheckNodePort,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ),
    );
  else if (healthCheckNodePort)
    for (const problem of portNumber(healthCheckNodePort))
      errors.push(invalid("spec.healthCheckNodePort", healthCheckNodePort, problem));
  if (internal === undefined && TYPES.includes(type ?? "") && type !== "ExternalName")
    errors.push(required("spec.internalTrafficPolicy"));
  if (internal !== undefined && !POLICIES.includes(internal))
    errors.push(notSupported("spec.internalTrafficPolicy", internal, POLICIES));
  if (trafficDistribution !== undefined && !DISTRIBUTIONS.includes(trafficDistribution))
    errors.push(notSupportedText("spec.trafficDistribution", trafficDistribution, DISTRIBUTIONS));
}
