import type { Pod, PodStatus } from "../../../../generated/core.v1.ts";
import { duplicate, type FieldError, forbidden, internalProblem, invalid } from "../../../../machinery/field-error.ts";
import { dnsSubdomain, qualifiedName } from "../../../../machinery/names.ts";
import { isIP } from "../../../../machinery/network/ip.ts";
import { isDualStack, validateIp } from "../../../../machinery/network/ip-validation.ts";
import { FIELD_IMMUTABLE } from "../../../../machinery/object-meta-validation.ts";
import { validateContainerUsers, validateResourceHealth, validateTransitions } from "../containers/container-status.ts";
import { validateAnnotationUpdate } from "../update/pod-update.ts";
import { validateExtendedClaimStatus } from "./extended-claim-status.ts";

const SYSTEM_CONDITIONS: readonly string[] = ["PodScheduled", "Ready", "Initialized"];

export function validatePodStatus(next: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = [];
  validateAnnotationUpdate(next, old, errors);
  const { status } = next;
  status.conditions?.forEach(({ type, observedGeneration }, i) => {
    checkObserved(observedGeneration, `status.conditions[${i}].observedGeneration`, errors);
    if (!SYSTEM_CONDITIONS.includes(type))
      for (const problem of qualifiedName(type)) errors.push(invalid(`status.conditions[${i}].Type`, type, problem));
  });
  const { nominatedNodeName: nominated } = status;
  if (nominated && nominated !== old.status.nominatedNodeName) {
    for (const problem of dnsSubdomain(nominated)) errors.push(invalid("status.nominatedNodeName", nominated, problem));
    if (old.spec.nodeName)
      errors.push(forbidden("status.nominatedNodeName", "may not be set on pods that are already bound to a node"));
  }
  checkObserved(status.observedGeneration, "status.observedGeneration", errors);
  if ((status.qosClass ?? "") !== (old.status.qosClass ?? ""))
    errors.push(invalid("status.qosClass", status.qosClass ?? "", FIELD_IMMUTABLE));
  errors.push(...validateTransitions(next, old));
  validateClaimStatuses(next, errors);
  errors.push(...validateExtendedClaimStatus(next));
  validateAddresses(status.podIPs ?? [], "status.podIPs", errors);
  validateHostAddresses(next, errors);
  errors.push(...validateContainerUsers(next), ...validateResourceHealth(next));
  return errors;
}

function checkObserved(generation: number | undefined, path: string, errors: FieldError[]): void {
  if (generation !== undefined && generation < 0)
    errors.push(invalid(path, generation, "must be a non-negative integer"));
}

function validateClaimStatuses({ spec, status }: Pod, errors: FieldError[]): void {
  const seen = new Set<string>();
  status.resourceClaimStatuses?.forEach(({ name, resourceClaimName }, i) => {
    const at = `status.resourceClaimStatuses[${i}]`;
    const path = `${at}.name`;
    if (!spec.resourceClaims?.some((claim) => claim.name === name))
      errors.push(invalid(path, name, "must match the name of an entry in `spec.resourceClaims`"));
    if (seen.has(name)) errors.push(duplicate(path, name));
    seen.add(name);
    if (resourceClaimName !== undefined)
      for (const problem of dnsSubdomain(resourceClaimName))
        errors.push(invalid(`${at}.resourceClaimName`, resourceClaimName, problem));
  });
}

function validateAddresses(addresses: readonly { ip: string }[], path: string, errors: FieldError[]): void {
  addresses.forEach(({ ip }, i) => {
    errors.push(...validateIp(ip, `${path}[${i}]`));
  });
  if (addresses.length < 2) return;
  const texts = addresses.map(({ ip }) => ip);
  const bad = texts.findIndex((text) => !isIP(text));
  if (bad >= 0)
    errors.push(internalProblem(path, `failed to check for dual stack with error:invalid IP[${bad}]: ${texts[bad]}`));
  if (texts.length > 2 || bad >= 0 || !isDualStack(texts)) {
    const printed = texts.map((IP) => ({ IP }));
    errors.push(invalid(path, printed, "may specify no more than one IP for each IP family"));
  }
}

function validateHostAddresses({ status }: Pod, errors: FieldError[]): void {
  const first = status.hostIPs?.[0];
  if (!first) return;
  if (first.ip !== (status.hostIP ?? ""))
    errors.push(invalid("status.hostIPs[0].ip", first.ip, "must be equal to `hostIP`"));
  validateAddresses(status.hostIPs ?? [], "status.hostIPs", errors);
}

/** A client that does not know observedGeneration does not remove it, from the status or its conditions. */
export function retainObservedGenerations(next: PodStatus, old: PodStatus): void {
  retainObservedGeneration(next, old);
  const before = new Map<string, { observedGeneration?: number }[]>();
  for (const condition of old.conditions ?? [])
    before.set(condition.type, [...(before.get(condition.type) ?? []), condition]);
  // A type may occur more than once; the first corresponds to the first.
  for (const condition of next.conditions ?? [])
    retainObservedGeneration(condition, before.get(condition.type)?.shift());
}

function retainObservedGeneration(
  next: { observedGeneration?: number },
  old: { observedGeneration?: number } | undefined,
): void {
  if (!next.observedGeneration && old?.observedGeneration) next.observedGeneration = old.observedGeneration;
}

/** Node allocatable resources of claims, and statuses of image volumes, are behind gates that are off. */
export function dropGatedStatus(next: PodStatus, old: PodStatus): void {
  if (!old.nodeAllocatableResourceClaimStatuses) delete next.nodeAllocatableResourceClaimStatuses;
  if (containersOf(old).some(({ volumeMounts }) => volumeMounts?.some(({ volumeStatus }) => volumeStatus))) return;
  for (const { volumeMounts } of containersOf(next)) for (const mount of volumeMounts ?? []) delete mount.volumeStatus;
}

const containersOf = (status: PodStatus) => [
  ...(status.initContainerStatuses ?? []),
  ...(status.containerStatuses ?? []),
  ...(status.ephemeralContainerStatuses ?? []),
];
