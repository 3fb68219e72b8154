import type { LimitRange, LimitRangeItem } from "../../generated/core.v1.ts";
import { duplicate, type FieldError, forbidden, invalid, invalidTyped, required } from "../../machinery/field-error.ts";
import { qualifiedName } from "../../machinery/names.ts";
import { canonicalQuantity, compareQuantities, quantityOf } from "../../machinery/quantity.ts";
import { validateContainerResourceName, validateResourceName } from "./pod/resources/resources.ts";
import { allowsOvercommit } from "./resource-list.ts";

const TYPES: readonly string[] = ["Pod", "Container", "PersistentVolumeClaim"];

export function validateLimitRange({ spec }: LimitRange): FieldError[] {
  const errors: FieldError[] = [];
  const types = new Set<string>();
  spec.limits?.forEach((item, i) => {
    const path = `spec.limits[${i}]`;
    const { type = "" } = item;
    validateType(type, `${path}.type`, errors);
    if (types.has(type)) errors.push(duplicate(`${path}.type`, type));
    types.add(type);
    validateItem(item, path, errors);
  });
  return errors;
}

function validateType(type: string, path: string, errors: FieldError[]): void {
  const problems = qualifiedName(type);
  for (const problem of problems) errors.push(invalidTyped(path, type, problem));
  if (problems.length === 0 && !type.includes("/") && !TYPES.includes(type))
    errors.push(invalidTyped(path, type, "must be a standard limit type or fully qualified"));
}

const LISTS = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] as const;

function validateItem(item: LimitRangeItem, path: string, errors: FieldError[]): void {
  const ofContainers = item.type === "Pod" || item.type === "Container";
  const names = new Set<string>();
  for (const list of LISTS) {
    if (list === "maxLimitRequestRatio") validateClaimItem(item, path, errors);
    if (item.type === "Pod" && (list === "default" || list === "defaultRequest")) {
      if (Object.keys(item[list] ?? {}).length > 0)
        errors.push(forbidden(`${path}.${list}`, "may not be specified when `type` is 'Pod'"));
      continue;
    }
    for (const name in item[list]) {
      (ofContainers ? validateContainerResourceName : validateResourceName)(name, `${path}.${list}[${name}]`, errors);
      names.add(name);
    }
  }
  for (const name of names) validateAmounts(item, name, { path, errors });
}

function validateClaimItem({ type, min, max }: LimitRangeItem, path: string, errors: FieldError[]): void {
  if (type === "PersistentVolumeClaim" && min?.storage === undefined && max?.storage === undefined)
    errors.push(
      required(`${path}.limits`, "either minimum or maximum storage value is required, but neither was provided"),
    );
}

/** Pairs that must be in order: the first at most the second. The third is the list whose path and value are shown. */
const ORDERED = [
  ["min", "max", "min", "min value %a is greater than max value %b"],
  ["min", "defaultRequest", "defaultRequest", "min value %a is greater than default request value %b"],
  ["defaultRequest", "max", "defaultRequest", "default request value %a is greater than max value %b"],
  ["defaultRequest", "default", "defaultRequest", "default request value %a is greater than default limit value %b"],
  ["min", "default", "default", "min value %a is greater than default value %b"],
  ["default", "max", "default", "default value %a is greater than max value %b"],
] as const;

function validateAmounts(
  item: LimitRangeItem,
  name: string,
  { path, errors }: { path: string; errors: FieldError[] },
): void {
  const ofPod = item.type === "Pod";
  const of = (list: (typeof LISTS)[number]) =>
    ofPod && (list === "default" || list === "defaultRequest") ? undefined : item[list]?.[name];
  for (const [lower, upper, shown, text] of ORDERED) {
    const [low, high] = [of(lower), of(upper)];
    if (low === undefined || high === undefined || compareQuantities(low, high) <= 0) continue;
    const [a, b] = [canonicalQuantity(low), canonicalQuantity(high)];
    // For a default limit Kubernetes shows the bound that it violates.
    const value = shown === "default" ? (lower === "min" ? a : b) : shown === lower ? a : b;
    errors.push(invalid(`${path}.${shown}[${name}]`, value, text.replace("%a", a).replace("%b", b)));
  }
  validateRatio(item, name, { path, errors });
  const [limit, request] = [of("default"), of("defaultRequest")];
  if (
    !allowsOvercommit(name) &&
    limit !== undefined &&
    request !== undefined &&
    compareQuantities(limit, request) !== 0
  )
    errors.push(
      invalid(
        `${path}.defaultRequest[${name}]`,
        canonicalQuantity(request),
        `default value ${canonicalQuantity(limit)} must equal to defaultRequest value ${canonicalQuantity(request)} in ${name}`,
      ),
    );
}

function validateRatio(
  { maxLimitRequestRatio, min, max }: LimitRangeItem,
  name: string,
  { path, errors }: { path: string; errors: FieldError[] },
): void {
  const ratio = maxLimitRequestRatio?.[name];
  if (ratio === undefined) return;
  const at = `${path}.maxLimitRequestRatio[${name}]`;
  const shown = canonicalQuantity(ratio);
  if (compareQuantities(ratio, "1") < 0) errors.push(invalid(at, shown, `ratio ${shown} is less than 1`));
  const [low, high] = [min?.[name], max?.[name]];
  if (low === undefined || high === undefined) return;
  const limit = Number(quantityOf(high).nanos) / Number(quantityOf(low).nanos);
  if (Number(quantityOf(ratio).nanos) / 1e9 > limit)
    errors.push(invalid(at, shown, `ratio ${shown} is greater than max/min = ${limit.toFixed(6)}`));
}
