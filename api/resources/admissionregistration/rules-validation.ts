/** pkg/apis/admissionregistration/validation: the rules that select requests. */
import type { RuleWithOperations } from "../../generated/admissionregistration.v1.ts";
import { type FieldError, invalid, notSupported, required } from "../../machinery/field-error.ts";

const SCOPES = ["*", "Cluster", "Namespaced"];
const OPERATIONS = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const ALL = "*";

export function checkRuleWithOperations(
  errors: FieldError[],
  path: string,
  rule: RuleWithOperations,
  { subresources }: { readonly subresources: boolean } = { subresources: true },
): void {
  const { operations = [] } = rule;
  if (operations.length === 0) errors.push(required(`${path}.operations`));
  if (operations.length > 1 && operations.includes(ALL))
    errors.push(invalid(`${path}.operations`, operations, "if '*' is present, must not specify other operations"));
  operations.forEach((operation, i) => {
    if (!OPERATIONS.includes(operation)) errors.push(notSupported(`${path}.operations[${i}]`, operation, OPERATIONS));
  });
  checkRule(errors, path, rule, subresources);
}

function checkRule(errors: FieldError[], path: string, rule: RuleWithOperations, subresources: boolean): void {
  const { apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  if (apiGroups.length === 0) errors.push(required(`${path}.apiGroups`));
  if (apiGroups.length > 1 && apiGroups.includes(ALL))
    errors.push(invalid(`${path}.apiGroups`, apiGroups, "if '*' is present, must not specify other API groups"));
  if (apiVersions.length === 0) errors.push(required(`${path}.apiVersions`));
  if (apiVersions.length > 1 && apiVersions.includes(ALL))
    errors.push(invalid(`${path}.apiVersions`, apiVersions, "if '*' is present, must not specify other API versions"));
  apiVersions.forEach((version, i) => {
    if (version === "") errors.push(required(`${path}.apiVersions[${i}]`));
  });
  if (subresources) checkResources(errors, `${path}.resources`, resources);
  else checkPlainResources(errors, `${path}.resources`, resources);
  if (scope !== undefined && !SCOPES.includes(scope)) errors.push(notSupported(`${path}.scope`, scope, SCOPES));
}

/** Resources and subresources; an entry must not repeat what a wildcard covers. */
function checkResources(errors: FieldError[], path: string, resources: readonly string[]): void {
  if (resources.length === 0) errors.push(required(path));
  const wholeResources = new Set<string>();
  const wholeSubresources = new Set<string>();
  let allResources = false;
  resources.forEach((entry, i) => {
    const at = `${path}[${i}]`;
    if (entry === "") {
      errors.push(required(at));
      return;
    }
    if (entry === "*/*") allResources = true;
    const [resource = "", subresource] = entry.split(/\/(.*)/s);
    if (subresource === undefined) return;
    if (wholeResources.has(resource))
      errors.push(invalid(at, entry, `if '${resource}/*' is present, must not specify ${entry}`));
    if (wholeSubresources.has(subresource))
      errors.push(invalid(at, entry, `if '*/${subresource}' is present, must not specify ${entry}`));
    if (resource === ALL) wholeSubresources.add(subresource);
    if (subresource === ALL) wholeResources.add(resource);
  });
  if (resources.length > 1 && allResources)
    errors.push(invalid(path, resources, "if '*/*' is present, must not specify other resources"));
  // Of the resources without subresources, Kubernetes only remembers the last: `*` passes after others.
  const lastWhole = resources.findLast((entry) => entry !== "" && !entry.includes("/"));
  if (resources.includes(ALL) && lastWhole !== ALL)
    errors.push(invalid(path, resources, "if '*' is present, must not specify other resources without subresources"));
}

function checkPlainResources(errors: FieldError[], path: string, resources: readonly string[]): void {
  if (resources.length === 0) errors.push(required(path));
  resources.forEach((resource, i) => {
    if (resource === "") errors.push(required(`${path}[${i}]`));
    if (resource.includes("/")) errors.push(invalid(`${path}[${i}]`, resource, "must not specify subresources"));
  });
  if (resources.length > 1 && resources.includes(ALL))
    errors.push(invalid(path, resources, "if '*' is present, must not specify other resources"));
}
