import type { Node, NodeAddress, Taint } from "../../generated/core.v1.ts";
import { utf8Length } from "../../machinery/encoding/utf8.ts";
import {
  duplicate,
  type FieldError,
  forbidden,
  goQuote,
  internalProblem,
  invalid,
} from "../../machinery/field-error.ts";
import { validateLabelName } from "../../machinery/labels-validation.ts";
import { labelValue } from "../../machinery/names.ts";
import { isCIDR } from "../../machinery/network/ip.ts";
import { isDualStack, validateCidr } from "../../machinery/network/ip-validation.ts";
import { validateTaintEffect } from "./pod/placement/tolerations.ts";
import { validateQuantity } from "./resource-list.ts";

export function validateNode({ spec, status }: Node): FieldError[] {
  const errors: FieldError[] = [];
  // Kubernetes reports taints below metadata, where they used to be an annotation.
  if (spec.taints) validateTaints(spec.taints, "metadata.taints", errors);
  validateAmounts({ status }, errors);
  const swap = status.nodeInfo?.swap?.capacity;
  if (swap !== undefined && swap <= 0)
    errors.push(invalid("metadata.nodeSwapStatus.capacity", swap, "must be greater than zero"));
  validateFeatures(status.declaredFeatures ?? [], "status.declaredFeatures", errors);
  const ranges = spec.podCIDRs ?? [];
  ranges.forEach((range, i) => {
    errors.push(...validateCidr(range, `spec.podCIDRs[${i}]`));
  });
  if (ranges.length < 2) return errors;
  const bad = ranges.findIndex((range) => !isCIDR(range));
  if (bad >= 0)
    errors.push(
      internalProblem(
        "spec.podCIDRs",
        `invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[${bad}]: <nil> (invalid CIDR address: ${ranges[bad]})`,
      ),
    );
  if (bad >= 0 || ranges.length > 2 || !isDualStack(ranges.map((range) => range.split("/")[0] ?? "")))
    errors.push(invalid("spec.podCIDRs", ranges, "may specify no more than one CIDR for each IP family"));
  return errors;
}

/** A status update is only validated by these rules, a spec update also by those for a new node. */
export function validateNodeUpdate(next: Node, old: Node): FieldError[] {
  const errors: FieldError[] = [];
  validateAmounts(next, errors);
  validateFeatures(next.status.declaredFeatures ?? [], "status.declaredFeatures", errors);
  const seen = new Set<string>();
  next.status.addresses?.forEach((address: NodeAddress, i) => {
    const key = `${address.type} ${address.address}`;
    if (seen.has(key))
      errors.push(duplicate(`status.addresses[${i}]`, { Type: address.type, Address: address.address }));
    seen.add(key);
  });
  const ranges = next.spec.podCIDRs ?? [];
  const before = old.spec.podCIDRs ?? [];
  const message = 'node updates may not change podCIDR except from "" to valid';
  if (before.length > 0) {
    if (before.length !== ranges.length) errors.push(forbidden("spec.podCIDRs", message));
    else
      before.forEach((range, i) => {
        if (range !== ranges[i]) errors.push(forbidden("spec.podCIDRs", message));
      });
  }
  if (old.spec.providerID && old.spec.providerID !== next.spec.providerID)
    errors.push(forbidden("spec.providerID", 'node updates may not change providerID except from "" to valid'));
  if (next.spec.taints) validateTaints(next.spec.taints, "metadata.taints", errors);
  if ((next.spec.externalID ?? "") !== (old.spec.externalID ?? ""))
    errors.push(forbidden("spec.externalID", "may not be updated"));
  return errors;
}

const MAX_SUBDOMAIN = 253;
const FEATURE = /^[A-Z][a-zA-Z0-9]*(\/[a-zA-Z][a-zA-Z0-9]*)*$/;

/** Sorted and unique. */
function validateFeatures(features: readonly string[], path: string, errors: FieldError[]): void {
  features.forEach((feature, i) => {
    const problem =
      utf8Length(feature) > MAX_SUBDOMAIN
        ? `must be no more than ${MAX_SUBDOMAIN} characters`
        : FEATURE.test(feature)
          ? undefined
          : "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes";
    if (problem) errors.push(invalid(`${path}[${i}]`, feature, `invalid feature name ${goQuote(feature)}: ${problem}`));
    const next = features[i + 1];
    if (feature === next) errors.push(duplicate(`${path}[${i + 1}]`, next));
    else if (next !== undefined && feature > next)
      errors.push(invalid(`${path}[${i + 1}]`, next, "list must be sorted alphabetically"));
  });
}

function validateAmounts({ status }: Pick<Node, "status">, errors: FieldError[]): void {
  for (const list of ["capacity", "allocatable"] as const)
    for (const name in status[list])
      validateQuantity(name, status[list]?.[name] ?? "0", { path: `status.${list}.${name}`, errors });
}

function validateTaints(taints: readonly Taint[], path: string, errors: FieldError[]): void {
  const seen = new Set<string>();
  taints.forEach((taint, i) => {
    const at = `${path}[${i}]`;
    const { key = "", value = "", effect = "" } = taint;
    errors.push(...validateLabelName(key, `${at}.key`));
    const problems = labelValue(value);
    if (problems.length > 0) errors.push(invalid(`${at}.value`, value, problems.join(";")));
    validateTaintEffect(effect, `${at}.effect`, errors);
    if (seen.has(`${effect} ${key}`)) {
      const error = duplicate(at, { Key: key, Value: value, Effect: effect, TimeAdded: taint.timeAdded ?? null });
      errors.push({ ...error, message: `${error.message}: taints must be unique by key and effect pair` });
    }
    seen.add(`${effect} ${key}`);
  });
}
