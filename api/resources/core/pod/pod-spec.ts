import type { PodResourceClaim, PodSpec } from "../../../generated/core.v1.ts";
import { utf8Length } from "../../../machinery/encoding/utf8.ts";
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
} from "../../../machinery/field-error.ts";
import { validateLabels } from "../../../machinery/labels-validation.ts";
import { dnsLabel, dnsSubdomain, qualifiedName, rangeProblem } from "../../../machinery/names.ts";
import { validateContainers, validateEphemeralContainers, validateInitContainers } from "./containers/containers.ts";
import { validateFileVolumes } from "./containers/env.ts";
import { validateDnsConfig, validateDnsPolicy, validateHostAliases } from "./dns.ts";
import { validateAffinity } from "./placement/affinity.ts";
import { validateTolerations } from "./placement/tolerations.ts";
import { validateTopologySpread } from "./placement/topology-spread.ts";
import { MAX_INT32, type PodCheck, type PodOptions } from "./pod-check.ts";
import { validateContainerResources, validatePodResources } from "./resources/resources.ts";
import { validateHostUsers, validateOs, validatePodSecurityContext } from "./security/security-context.ts";
import { validateHostProcess } from "./security/windows-options.ts";
import { validateVolumes } from "./volumes/volumes.ts";

const RESTART_POLICIES: readonly string[] = ["Always", "OnFailure", "Never"];
const PREEMPTION: readonly string[] = ["PreemptLowerPriority", "Never"];

/** A pod's spec after defaulting, in the order in which Kubernetes reports errors. */
export function validatePodSpec(spec: PodSpec, path: string, options: PodOptions = {}): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.terminationGracePeriodSeconds === undefined) errors.push(required(`${path}.terminationGracePeriodSeconds`));
  const volumes = validateVolumes(spec.volumes, `${path}.volumes`, { options, errors });
  const claims = new Set((spec.resourceClaims ?? []).map(({ name }) => name));
  const check: PodCheck = {
    spec,
    options,
    errors,
    volumes,
    claims,
    claimNames: [...claims]
      .filter((name) => name !== "")
      .sort()
      .join(", "),
  };
  if (spec.resourceClaims) validateResourceClaims(spec.resourceClaims, `${path}.resourceClaims`, errors);
  validateContainers(`${path}.containers`, check);
  validateInitContainers(`${path}.initContainers`, check);
  validateEphemeralContainers(`${path}.ephemeralContainers`, check);
  validatePodResources(spec, `${path}.resources`, check);
  validateHostNetworkPorts(path, check);
  validateRestartPolicy(spec.restartPolicy, `${path}.restartPolicy`, errors);
  validateDnsPolicy(spec.dnsPolicy, `${path}.dnsPolicy`, errors);
  if (spec.nodeSelector) errors.push(...validateLabels(spec.nodeSelector, `${path}.nodeSelector`));
  if (spec.securityContext) validatePodSecurityContext(spec.securityContext, `${path}.securityContext`, check);
  if (spec.affinity) validateAffinity(spec.affinity, `${path}.affinity`, errors);
  validateDnsConfig(spec.dnsConfig, `${path}.dnsConfig`, { dnsPolicy: spec.dnsPolicy, errors });
  spec.readinessGates?.forEach(({ conditionType = "" }, i) => {
    for (const problem of qualifiedName(conditionType))
      errors.push(invalid(`${path}.readinessGates[${i}].conditionType`, conditionType, problem));
  });
  validateSchedulingGates(spec, `${path}.schedulingGates`, errors);
  if (spec.topologySpreadConstraints)
    validateTopologySpread(spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`, errors);
  validateHostProcess(spec, path, errors);
  validateHostUsers(spec, path, errors);
  validateHostnameOverride(spec, path, errors);
  validateNames(spec, path, errors);
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_INT32))
    errors.push(invalid(`${path}.activeDeadlineSeconds`, deadline, rangeProblem(1, MAX_INT32)));
  validateHostname(spec, path, errors);
  if (spec.tolerations) validateTolerations(spec.tolerations, `${path}.tolerations`, errors);
  if (spec.hostAliases) validateHostAliases(spec.hostAliases, `${path}.hostAliases`, errors);
  for (const field of ["priorityClassName", "runtimeClassName"] as const)
    if (spec[field] !== undefined && (spec[field] !== "" || field === "runtimeClassName"))
      for (const problem of dnsSubdomain(spec[field])) errors.push(invalid(`${path}.${field}`, spec[field], problem));
  const preemption = spec.preemptionPolicy;
  if (preemption === "") errors.push(required(`${path}.preemptionPolicy`));
  else if (preemption !== undefined && !PREEMPTION.includes(preemption))
    errors.push(notSupported(`${path}.preemptionPolicy`, preemption, PREEMPTION));
  if (spec.overhead) validateContainerResources({ limits: spec.overhead }, `${path}.overhead`, check);
  validateOs(spec, path, errors);
  validateFileVolumes(spec, path, errors);
  return errors;
}

function validateNames(spec: PodSpec, path: string, errors: FieldError[]): void {
  for (const field of ["serviceAccountName", "nodeName"] as const) {
    const name = spec[field];
    if (name) for (const problem of dnsSubdomain(name)) errors.push(invalid(`${path}.${field}`, name, problem));
  }
}

function validateHostname(spec: PodSpec, path: string, errors: FieldError[]): void {
  for (const field of ["hostname", "subdomain"] as const) {
    const name = spec[field];
    if (name) for (const problem of dnsLabel(name)) errors.push(invalid(`${path}.${field}`, name, problem));
  }
}

function validateHostnameOverride(spec: PodSpec, path: string, errors: FieldError[]): void {
  const { hostnameOverride, setHostnameAsFQDN, hostNetwork } = spec;
  if (hostnameOverride === undefined) return;
  const at = `${path}.hostnameOverride`;
  if (setHostnameAsFQDN) errors.push(forbidden(at, "may not be specified when setHostnameAsFQDN is true"));
  if (hostNetwork) errors.push(forbidden(at, "may not be specified when hostNetwork is true"));
  if (utf8Length(hostnameOverride) > 64) errors.push(tooLong(at, 64));
  for (const problem of dnsSubdomain(hostnameOverride)) errors.push(invalid(at, hostnameOverride, problem));
}

function validateRestartPolicy(policy: string | undefined, path: string, errors: FieldError[]): void {
  if (!policy) errors.push(required(path));
  else if (!RESTART_POLICIES.includes(policy)) errors.push(notSupported(path, policy, RESTART_POLICIES));
}

function validateResourceClaims(claims: readonly PodResourceClaim[], path: string, errors: FieldError[]): void {
  const seen = new Set<string>();
  claims.forEach((claim, i) => {
    const at = `${path}[${i}]`;
    const { name, resourceClaimName, resourceClaimTemplateName } = claim;
    if (!name) errors.push(required(`${at}.name`));
    else if (seen.has(name)) errors.push(duplicate(`${at}.name`, name));
    else {
      for (const problem of dnsLabel(name)) errors.push(invalid(`${at}.name`, name, problem));
      seen.add(name);
    }
    // Kubernetes prints its internal struct with every field.
    const printed = {
      Name: name ?? "",
      ResourceClaimName: resourceClaimName ?? null,
      ResourceClaimTemplateName: resourceClaimTemplateName ?? null,
    };
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined)
      errors.push(
        invalid(at, printed, "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"),
      );
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined)
      errors.push(invalid(at, printed, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"));
    for (const field of ["resourceClaimName", "resourceClaimTemplateName"] as const) {
      const value = claim[field];
      if (value !== undefined)
        for (const problem of dnsSubdomain(value)) errors.push(invalid(`${at}.${field}`, value, problem));
    }
  });
}

function validateSchedulingGates({ schedulingGates = [] }: PodSpec, path: string, errors: FieldError[]): void {
  const seen = new Set<string>();
  schedulingGates.forEach(({ name = "" }, i) => {
    for (const problem of qualifiedName(name)) errors.push(invalid(`${path}[${i}]`, name, problem));
    if (seen.has(name)) errors.push(duplicate(`${path}[${i}]`, name));
    seen.add(name);
  });
}

/** On the host's network a container's port is the host's; templates may leave that to the pods' defaulting. */
function validateHostNetworkPorts(path: string, { spec, options, errors }: PodCheck): void {
  if (!spec.hostNetwork) return;
  spec.containers?.forEach(({ ports = [] }, i) => {
    ports.forEach(({ hostPort = 0, containerPort = 0 }, j) => {
      if ((options.isPod || hostPort !== 0) && hostPort !== containerPort)
        errors.push(
          invalid(
            `${path}.containers[${i}].ports[${j}].hostPort`,
            hostPort,
            "must match `containerPort` when `hostNetwork` is true",
          ),
        );
    });
  });
}
