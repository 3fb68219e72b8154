import type { ResourceQuota, ResourceQuotaSpec, ScopedResourceSelectorRequirement } from "../../generated/core.v1.ts";
import { type FieldError, invalid, invalidTyped, required } from "../../machinery/field-error.ts";
import { FIELD_IMMUTABLE } from "../../machinery/object-meta-validation.ts";
import { validateResourceName } from "./pod/resources/resources.ts";
import { isStandardQuotaResource, type ResourceList, validateQuantity } from "./resource-list.ts";

const SCOPES: readonly string[] = [
  "Terminating",
  "NotTerminating",
  "BestEffort",
  "NotBestEffort",
  "PriorityClass",
  "CrossNamespacePodAffinity",
  "VolumeAttributesClass",
];
const EXISTS_ONLY: readonly string[] = [
  "BestEffort",
  "NotBestEffort",
  "Terminating",
  "NotTerminating",
  "CrossNamespacePodAffinity",
];
/** Mutually exclusive scopes. */
const CONFLICTS = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
] as const;
const POD_RESOURCES: ReadonlySet<string> = new Set([
  "pods",
  "cpu",
  "memory",
  "limits.cpu",
  "limits.memory",
  "requests.cpu",
  "requests.memory",
]);

const scopeCovers = (scope: string, resource: string): boolean => {
  if (scope === "BestEffort") return resource === "pods";
  if (scope === "VolumeAttributesClass")
    return resource === "persistentvolumeclaims" || resource === "requests.storage";
  return !SCOPES.includes(scope) || POD_RESOURCES.has(resource);
};

export const validateResourceQuota = ({ spec, status }: ResourceQuota): FieldError[] => {
  const errors: FieldError[] = [];
  validateHard(spec.hard, "spec.hard", errors);
  validateScopes(spec, errors);
  validateSelector(spec, errors);
  validateHard(status.hard, "status.hard", errors);
  validateHard(status.used, "status.used", errors);
  return errors;
};

export function validateResourceQuotaUpdate({ spec }: ResourceQuota, old: ResourceQuota): FieldError[] {
  const sorted = (scopes: readonly string[] = []) => JSON.stringify([...new Set(scopes)].sort());
  return sorted(spec.scopes) === sorted(old.spec.scopes)
    ? []
    : [invalid("spec.scopes", spec.scopes ?? null, FIELD_IMMUTABLE)];
}

export function validateResourceQuotaStatus({ status }: ResourceQuota): FieldError[] {
  const errors: FieldError[] = [];
  validateHard(status.hard, "status.hard", errors);
  validateHard(status.used, "status.used", errors);
  return errors;
}

function validateHard(list: ResourceList | undefined, path: string, errors: FieldError[]): void {
  for (const name in list) {
    const at = `${path}[${name}]`;
    validateResourceName(name, at, errors);
    if (!name.includes("/") && !isStandardQuotaResource(name))
      errors.push(invalidTyped(at, name, "must be a standard resource for quota"));
    validateQuantity(name, list[name] ?? "0", { path: at, errors });
  }
}

function validateScopes({ scopes = [], hard = {} }: ResourceQuotaSpec, errors: FieldError[]): void {
  const path = "spec.scopes";
  for (const scope of scopes) {
    if (!SCOPES.includes(scope)) errors.push(invalid(path, scopes, "unsupported scope"));
    for (const name of Object.keys(hard).sort())
      if (isStandardQuotaResource(name) && !scopeCovers(scope, name))
        errors.push(invalid(path, scopes, "unsupported scope applied to resource"));
  }
  for (const [one, other] of CONFLICTS)
    if (scopes.includes(one) && scopes.includes(other)) errors.push(invalid(path, scopes, "conflicting scopes"));
}

function validateSelector({ scopeSelector, scopes, hard = {} }: ResourceQuotaSpec, errors: FieldError[]): void {
  if (!scopeSelector) return;
  const path = "spec.scopeSelector.matchExpressions";
  const { matchExpressions = [] } = scopeSelector;
  // Kubernetes prints its internal struct.
  const printed = () => ({
    MatchExpressions: matchExpressions.map(({ scopeName, operator, values = null }) => ({
      ScopeName: scopeName,
      Operator: operator,
      Values: values,
    })),
  });
  for (const requirement of matchExpressions) {
    const { scopeName = "" } = requirement;
    if (!SCOPES.includes(scopeName)) errors.push(invalid(`${path}.scopeName`, scopeName, "unsupported scope"));
    for (const name of Object.keys(hard).sort())
      if (isStandardQuotaResource(name) && !scopeCovers(scopeName, name))
        errors.push(invalid(path, printed(), "unsupported scope applied to resource"));
    validateRequirement(requirement, path, errors);
  }
  const selected = matchExpressions.map(({ scopeName }) => scopeName);
  for (const [one, other] of CONFLICTS)
    if (selected.includes(one) && selected.includes(other))
      errors.push(invalid(path, scopes ?? null, "conflicting scopes"));
}

function validateRequirement(
  { scopeName = "", operator = "", values = [] }: ScopedResourceSelectorRequirement,
  path: string,
  errors: FieldError[],
): void {
  if (EXISTS_ONLY.includes(scopeName) && operator !== "Exists")
    errors.push(
      invalid(
        `${path}.operator`,
        operator,
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
      ),
    );
  if (operator === "In" || operator === "NotIn") {
    if (values.length === 0)
      errors.push(
        required(`${path}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"),
      );
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    if (values.length > 0)
      errors.push(
        invalid(
          `${path}.values`,
          values,
          "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
        ),
      );
  } else errors.push(invalidTyped(`${path}.operator`, operator, "not a valid selector operator"));
}
