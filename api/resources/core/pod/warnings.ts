/** Warning headers about pods and templates (pkg/api/pod/warnings.go). */

import type { ContainerPort, PodAffinity, PodSpec, PodTemplateSpec, Volume } from "../../../generated/core.v1.ts";
import { goQuote } from "../../../machinery/field-error.ts";
import { ownMember } from "../../../machinery/json/own-member.ts";
import { ipWarnings } from "../../../machinery/network/ip-warnings.ts";
import { canonicalQuantity, isWhole, quantityOf } from "../../../machinery/quantity.ts";
import { DEPRECATED_NODE_LABELS, nodeTermWarnings, preferredTermWarnings } from "../deprecated-node-labels.ts";
import { claimSpecWarnings } from "../persistent-volume/persistent-volume-claim-spec.ts";
import { APP_ARMOR, SECCOMP_CONTAINER, SECCOMP_POD } from "./annotations.ts";
import { APP_ARMOR_DEPRECATED } from "./security/app-armor.ts";
import { visitContainers } from "./visit-containers.ts";
import { volumePathWarnings } from "./volumes/volume-path-warnings.ts";

const DEPRECATED_ANNOTATIONS = [
  ["scheduler.alpha.kubernetes.io/critical-pod", 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ["security.alpha.kubernetes.io/sysctls", 'non-functional in v1.11+; use the "sysctls" field instead'],
  ["security.alpha.kubernetes.io/unsafe-sysctls", 'non-functional in v1.11+; use the "sysctls" field instead'],
] as const;

const DEPRECATED_VOLUMES = [
  ["photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  ["gitRepo", "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"],
  ["scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  ["flocker", "flocker", "deprecated in v1.22, non-functional in v1.25+"],
  ["storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"],
  ["quobyte", "quobyte", "deprecated in v1.22, non-functional in v1.25+"],
  ["glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  ["cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  ["rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"],
] as const satisfies readonly (readonly [keyof Volume, string, string])[];

/** `path` is the template's, or `""` for a pod. */
export function podWarnings({ metadata = {}, spec }: Partial<PodTemplateSpec>, path: string): string[] {
  if (!spec) return [];
  const warnings: string[] = [];
  const at = path === "" ? "" : `${path}.`;
  warnNodeLabels(spec, `${at}spec`, warnings);
  const { annotations = {} } = metadata;
  for (const [key, text] of DEPRECATED_ANNOTATIONS)
    if (key in annotations) warnings.push(`${at}metadata.annotations[${key}]: ${text}`);
  warnVolumes(spec, `${at}spec.volumes`, warnings);
  warnDuplicates(spec, `${at}spec`, warnings);
  warnFractions(spec.overhead, `${at}spec.overhead`, warnings);
  if (!spec.securityContext?.seccompProfile && SECCOMP_POD in annotations)
    warnings.push(
      `${at}metadata.annotations[${SECCOMP_POD}]: non-functional in v1.27+; use the "seccompProfile" field instead`,
    );
  visitContainers(spec, `${at}spec`, (container, own) => {
    const { name, securityContext, resources, env } = container;
    const seccomp = SECCOMP_CONTAINER + name;
    if (!securityContext?.seccompProfile && seccomp in annotations)
      warnings.push(
        `${at}metadata.annotations[${seccomp}]: non-functional in v1.27+; use the "seccompProfile" field instead`,
      );
    const appArmor = APP_ARMOR + name;
    const hasProfile = spec.securityContext?.appArmorProfile ?? securityContext?.appArmorProfile;
    // For pods, the warning is issued earlier, when the annotation is converted to a field.
    if (path !== "" && !hasProfile && appArmor in annotations)
      warnings.push(`${at}metadata.annotations[${appArmor}]: ${APP_ARMOR_DEPRECATED}`);
    for (const resource of ["memory", "ephemeral-storage"])
      for (const kind of ["limits", "requests"] as const)
        warnFraction(resource, resources?.[kind]?.[resource], { path: `${own}.resources.${kind}`, warnings });
    if (env) warnEnv(env, `${own}.env`, warnings);
  });
  warnPorts(spec, `${at}spec`, warnings);
  const grace = spec.terminationGracePeriodSeconds;
  if (grace !== undefined && grace < 0)
    warnings.push(
      `${at}spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  warnPodTerms(spec.affinity?.podAffinity, `${at}spec.affinity.podAffinity`, warnings);
  warnPodTerms(spec.affinity?.podAntiAffinity, `${at}spec.affinity.podAntiAffinity`, warnings);
  spec.dnsConfig?.nameservers?.forEach((ip, i) => {
    warnings.push(...ipWarnings(`${at}spec.dnsConfig.nameservers[${i}]`, ip));
  });
  spec.hostAliases?.forEach(({ ip }, i) => {
    warnings.push(...ipWarnings(`${at}spec.hostAliases[${i}].ip`, ip));
  });
  return warnings;
}

const MATCHES_NO_POD = "a null labelSelector results in matching no pod";

function warnPodTerms(affinity: PodAffinity | undefined, path: string, warnings: string[]): void {
  affinity?.requiredDuringSchedulingIgnoredDuringExecution?.forEach(({ labelSelector }, i) => {
    if (!labelSelector)
      warnings.push(`${path}.requiredDuringSchedulingIgnoredDuringExecution[${i}].labelSelector: ${MATCHES_NO_POD}`);
  });
  affinity?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ podAffinityTerm }, i) => {
    if (!podAffinityTerm.labelSelector)
      warnings.push(
        `${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}].podAffinityTerm.labelSelector: ${MATCHES_NO_POD}`,
      );
  });
}

function warnNodeLabels(spec: PodSpec, path: string, warnings: string[]): void {
  for (const key in spec.nodeSelector) {
    const text = ownMember(DEPRECATED_NODE_LABELS, key);
    if (text) warnings.push(`${path}.nodeSelector[${key}]: ${text}`);
  }
  const node = spec.affinity?.nodeAffinity;
  const at = `${path}.affinity.nodeAffinity`;
  node?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms?.forEach((term, i) => {
    warnings.push(
      ...nodeTermWarnings(term, `${at}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`),
    );
  });
  node?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ preference }, i) => {
    warnings.push(
      ...preferredTermWarnings(
        preference ?? {},
        `${at}.preferredDuringSchedulingIgnoredDuringExecution[${i}].preference`,
      ),
    );
  });
  spec.topologySpreadConstraints?.forEach(({ topologyKey, labelSelector }, i) => {
    const constraint = `${path}.topologySpreadConstraints[${i}]`;
    const text = ownMember(DEPRECATED_NODE_LABELS, topologyKey);
    if (text) warnings.push(`${constraint}.topologyKey: ${topologyKey} is ${text}`);
    if (!labelSelector) warnings.push(`${constraint}.labelSelector: ${MATCHES_NO_POD}`);
  });
}

function warnVolumes({ volumes }: PodSpec, path: string, warnings: string[]): void {
  volumes?.forEach((volume, i) => {
    for (const [field, shown, text] of DEPRECATED_VOLUMES)
      if (volume[field] !== undefined) warnings.push(`${path}[${i}].${shown}: ${text}`);
    const claim = volume.ephemeral?.volumeClaimTemplate;
    if (claim) warnings.push(...claimSpecWarnings(claim.spec, `${path}[${i}].ephemeral.volumeClaimTemplate.spec`));
  });
  warnings.push(...volumePathWarnings(volumes));
}

function warnDuplicates({ hostAliases, imagePullSecrets }: PodSpec, path: string, warnings: string[]): void {
  const addresses = new Set<string>();
  hostAliases?.forEach(({ ip }, i) => {
    if (addresses.has(ip)) warnings.push(`${path}.hostAliases[${i}].ip: duplicate ip ${goQuote(ip)}`);
    addresses.add(ip);
  });
  const secrets = new Set<string>();
  imagePullSecrets?.forEach(({ name = "" }, i) => {
    if (secrets.has(name)) warnings.push(`${path}.imagePullSecrets[${i}].name: duplicate name ${goQuote(name)}`);
    secrets.add(name);
  });
  imagePullSecrets?.forEach(({ name = "" }, i) => {
    if (name === "") warnings.push(`${path}.imagePullSecrets[${i}].name: invalid empty name ""`);
  });
}

function warnFractions(
  list: Readonly<Record<string, string | number>> | undefined,
  path: string,
  warnings: string[],
): void {
  for (const resource of ["memory", "ephemeral-storage"]) warnFraction(resource, list?.[resource], { path, warnings });
}

function warnFraction(
  resource: string,
  value: string | number | undefined,
  { path, warnings }: { path: string; warnings: string[] },
): void {
  if (value !== undefined && !isWhole(quantityOf(value)))
    warnings.push(
      `${path}[${resource}]: fractional byte value ${goQuote(canonicalQuantity(value))} is invalid, must be an integer`,
    );
}

/** A second definition is only fine if it builds on the first: `X=$(X):more`. */
function warnEnv(
  env: readonly { name: string; value?: string; valueFrom?: unknown }[],
  path: string,
  warnings: string[],
) {
  const seen = new Set<string>();
  env.forEach(({ name, value = "", valueFrom }, i) => {
    const reference = `$(${name})`;
    if (seen.has(name) && (valueFrom !== undefined || value === reference || !value.includes(reference)))
      warnings.push(
        `${path}[${i}]: hides previous definition of ${goQuote(name)}, which may be dropped when using apply`,
      );
    seen.add(name);
  });
}

/** A response has no room for so many: more of them, one for each pair of ports, would never be read. */
const MAX_TOLD = 1000;

function warnPorts(spec: PodSpec, path: string, warnings: string[]): void {
  const known = new Map<string, { port: ContainerPort; at: string }[]>();
  visitContainers(spec, path, ({ ports }, own) => {
    ports?.forEach((port, i) => {
      if (warnings.length > MAX_TOLD) return;
      const at = `${own}.ports[${i}]`;
      const { hostIP = "", hostPort = 0, containerPort, protocol = "", name = "" } = port;
      if (hostIP && !hostPort)
        warnings.push(
          `${at}: hostIP set without hostPort: {Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`,
        );
      const key = `${containerPort}/${protocol}`;
      const others = known.get(key) ?? [];
      for (const other of others) {
        const { hostIP: otherIp = "", hostPort: otherPort = 0 } = other.port;
        if (hostIP === otherIp && hostPort === otherPort)
          warnings.push(`${at}: duplicate port definition with ${other.at}`);
        else if (hostPort === 0 || otherPort === 0)
          warnings.push(`${at}: overlapping port definition with ${other.at}`);
        else if (hostPort === otherPort && (!hostIP || !otherIp))
          warnings.push(`${at}: dangerously ambiguous port definition with ${other.at}`);
      }
      others.push({ port, at });
      known.set(key, others);
    });
  });
  const named = new Map<string, string>();
  visitContainers(spec, path, ({ ports }, own) => {
    ports?.forEach(({ name = "" }, i) => {
      if (name === "") return;
      const at = `${own}.ports[${i}]`;
      const first = named.get(name);
      if (first === undefined) named.set(name, at);
      else
        warnings.push(
          `${at}: duplicate port name ${goQuote(name)} with ${first}, services and probes that select ports by name will use ${first}`,
        );
    });
  });
}
