/** Validation of requests and limits of containers and pods. */
import type { Container, PodSpec, ResourceClaim, ResourceRequirements } from "../../../../generated/core.v1.ts";
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  invalidTyped,
  notFound,
  notSupported,
  required,
} from "../../../../machinery/field-error.ts";
import { dnsLabel, qualifiedName } from "../../../../machinery/names.ts";
import {
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  type QuantityText,
  quantityOf,
  wholeUnits,
} from "../../../../machinery/quantity.ts";
import {
  allowsOvercommit,
  isExtended,
  isHugePages,
  isNative,
  isStandardContainerResource,
  isStandardResource,
  type ResourceList,
  validateQuantity,
} from "../../resource-list.ts";
import type { PodCheck } from "../pod-check.ts";
import { type Amounts, aggregateLimits, aggregateRequests } from "./pod-requests.ts";

type ValidateName = (name: string, path: string, errors: FieldError[]) => void;

export function validateResourceName(name: string, path: string, errors: FieldError[]): void {
  const problems = qualifiedName(name);
  for (const problem of problems) errors.push(invalidTyped(path, name, problem));
  if (problems.length === 0 && !name.includes("/") && !isStandardResource(name))
    errors.push(invalidTyped(path, name, "must be a standard resource type or fully qualified"));
}

export function validateContainerResourceName(name: string, path: string, errors: FieldError[]): void {
  if (name === "cpu" || name === "memory") return;
  validateResourceName(name, path, errors);
  if (!name.includes("/")) {
    if (!isStandardContainerResource(name))
      errors.push(invalidTyped(path, name, "must be a standard resource for containers"));
  } else if (!isNative(name) && !isExtended(name))
    errors.push(invalidTyped(path, name, "doesn't follow extended resource name standard"));
}

const POD_LEVEL: readonly string[] = ["cpu", "hugepages-", "memory"];
export const isPodLevelResource = (name: string): boolean => name === "cpu" || name === "memory" || isHugePages(name);

function validatePodResourceName(name: string, path: string, errors: FieldError[]): void {
  const before = errors.length;
  validateResourceName(name, path, errors);
  if (errors.length === before && !isPodLevelResource(name)) errors.push(notSupported(path, name, POD_LEVEL));
}

export function validateContainerResources(resources: ResourceRequirements, path: string, check: PodCheck): void {
  validateRequirements(resources, path, { check, validateName: validateContainerResourceName });
}

/** Like {@link validateContainerResources}, for amounts that no container requests. */
export function validateContainerLimits(limits: ResourceList, path: string, errors: FieldError[]): void {
  for (const name in limits)
    validateAmount(name, limits[name] ?? "0", {
      path: `${path}.limits[${name}]`,
      validateName: validateContainerResourceName,
      errors,
    });
  validateHugePages(limits, path, errors);
}

export function validatePodResources(spec: PodSpec, path: string, check: PodCheck): void {
  const { resources } = spec;
  if (!resources) return;
  const { errors } = check;
  if (resources.claims) errors.push(forbidden(`${path}.claims`, "claims may not be set for Resources at pod-level"));
  validateRequirements(resources, path, { check, validateName: validatePodResourceName });
  validateTotals(aggregateRequests(spec), resources.requests, { path, kind: "requests", errors });
  const limits = Object.entries(aggregateLimits(spec)).filter(([name]) => isHugePages(name));
  validateTotals(Object.fromEntries(limits), resources.limits, { path, kind: "limits", errors });
  spec.containers?.forEach(({ resources: own }, i) => {
    for (const name in own?.limits) {
      const limit = own.limits[name] ?? "0";
      const podLimit = resources.limits?.[name];
      if (podLimit !== undefined && compareQuantities(limit, podLimit) > 0)
        errors.push(
          invalid(
            `${path}.containers[${i}][${name}].limits`,
            canonicalQuantity(limit),
            `must be less than or equal to pod limits of ${canonicalQuantity(podLimit)}`,
          ),
        );
    }
  });
}

/** Pod-level resources must cover those of the containers. */
function validateTotals(
  totals: Amounts,
  own: ResourceList = {},
  { path, kind, errors }: { path: string; kind: "requests" | "limits"; errors: FieldError[] },
): void {
  for (const name in totals) {
    const [needed, stated] = [totals[name], own[name]];
    if (stated === undefined || needed === undefined || needed.nanos <= quantityOf(stated).nanos) continue;
    errors.push(
      invalid(
        `${path}.${kind}[${name}]`,
        canonicalQuantity(stated),
        `must be greater than or equal to aggregate container ${kind} of ${formatQuantity(needed)}`,
      ),
    );
  }
}

function validateRequirements(
  { limits = {}, requests = {}, claims }: ResourceRequirements,
  path: string,
  { check, validateName }: { check: PodCheck; validateName: ValidateName },
): void {
  const { errors } = check;
  for (const name in limits)
    validateAmount(name, limits[name] ?? "0", { path: `${path}.limits[${name}]`, validateName, errors });
  for (const name in requests)
    validateAmount(name, requests[name] ?? "0", {
      path: `${path}.requests[${name}]`,
      validateName,
      errors,
      limit: limits[name],
      requirements: path,
    });
  validateHugePages({ ...limits, ...requests }, path, errors);
  if (claims) validateClaims(claims, `${path}.claims`, check);
}

function validateHugePages(list: ResourceList, path: string, errors: FieldError[]): void {
  const names = Object.keys(list);
  if (names.some(isHugePages) && !names.includes("cpu") && !names.includes("memory"))
    errors.push(forbidden(path, "HugePages require cpu or memory"));
}

/** One entry; a request (`requirements` is set) must not exceed its limit. */
function validateAmount(
  name: string,
  value: QuantityText,
  {
    path,
    validateName,
    errors,
    limit,
    requirements,
  }: {
    path: string;
    validateName: ValidateName;
    errors: FieldError[];
    limit?: QuantityText | undefined;
    requirements?: string;
  },
): void {
  validateName(name, path, errors);
  validateQuantity(name, value, { path, errors });
  if (requirements !== undefined) {
    if (limit === undefined) {
      if (!allowsOvercommit(name))
        errors.push(required(`${requirements}.limits`, "Limit must be set for non overcommitable resources"));
    } else {
      const order = compareQuantities(value, limit);
      const rule = order !== 0 && !allowsOvercommit(name) ? "equal" : order > 0 ? "less than or equal" : undefined;
      if (rule)
        errors.push(
          invalid(
            `${requirements}.requests`,
            canonicalQuantity(value),
            `must be ${rule} to ${name} limit of ${canonicalQuantity(limit)}`,
          ),
        );
    }
  }
  if (isHugePages(name) && !isMultipleOfPage(name, value)) {
    const shown = canonicalQuantity(value);
    errors.push(invalid(path, shown, `${shown} is not positive integer multiple of ${name}`));
  }
}

function isMultipleOfPage(name: string, value: QuantityText): boolean {
  const page = wholeUnits(quantityOf(name.slice("hugepages-".length)));
  // Zero is a multiple, too: a pod may explicitly request no huge pages.
  return page > 0n && wholeUnits(quantityOf(value)) % page === 0n;
}

function validateClaims(claims: readonly ResourceClaim[], path: string, check: PodCheck): void {
  const { errors } = check;
  const seen = new Set<string>();
  /** Claims of which some requests are used, but not all. */
  const inPart = new Set<string>();
  claims.forEach(({ name, request }, i) => {
    const at = `${path}[${i}]`;
    if (!name) {
      errors.push(required(at));
      return;
    }
    if (seen.has(name)) errors.push(duplicate(at, name));
    else {
      if (request) for (const problem of dnsLabel(request)) errors.push(invalid(`${at}.request`, request, problem));
      const key = request ? `${name}/${request}` : name;
      if (seen.has(key)) errors.push(duplicate(at, key));
      else if (!request && inPart.has(name)) errors.push(duplicate(at, name));
      seen.add(key);
      if (request) inPart.add(name);
    }
    if (check.claims.has(name)) return;
    const known = check.claimNames;
    const error = notFound(at, name);
    errors.push({
      ...error,
      message: `${error.message}: must be one of the names in pod.spec.resourceClaims${known ? `: ${known}` : " which is empty"}`,
    });
  });
}

const RESIZE_RESOURCES: readonly string[] = ["cpu", "memory"];
const RESIZE_POLICIES: readonly string[] = ["NotRequired", "RestartContainer"];

export function validateResizePolicy({ resizePolicy = [] }: Container, path: string, check: PodCheck): void {
  const { errors } = check;
  const seen = new Set<string>();
  resizePolicy.forEach(({ resourceName, restartPolicy }, i) => {
    if (seen.has(resourceName)) errors.push(duplicate(`${path}[${i}]`, resourceName));
    seen.add(resourceName);
    if (!resourceName) errors.push(required(path));
    else if (!RESIZE_RESOURCES.includes(resourceName)) errors.push(notSupported(path, resourceName, RESIZE_RESOURCES));
    if (!restartPolicy) errors.push(required(path));
    else if (!RESIZE_POLICIES.includes(restartPolicy)) errors.push(notSupported(path, restartPolicy, RESIZE_POLICIES));
    if (check.spec.restartPolicy === "Never" && restartPolicy !== "NotRequired")
      errors.push(invalidTyped(path, restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
  });
}
