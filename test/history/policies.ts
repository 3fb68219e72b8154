/** What admission policies say about a request, as far as those of a walk go: they refuse all that they match, or none. */
import type { ValidatingAdmissionPolicy } from "../../api/generated/admissionregistration.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { selects } from "../../worker/controllers/label-selector.ts";
import type { ClusterState } from "./cluster-state.ts";
import type { Moment } from "./history.ts";
import type { WrittenBy } from "./written-by.ts";

const REGISTRATION = "admissionregistration.k8s.io";
export const VALIDATING = [
  `validatingadmissionpolicies.${REGISTRATION}`,
  `validatingadmissionpolicybindings.${REGISTRATION}`,
] as const;
export const MUTATING = [
  `mutatingadmissionpolicies.${REGISTRATION}`,
  `mutatingadmissionpolicybindings.${REGISTRATION}`,
] as const;

interface Binding extends KubeObject {
  readonly spec: {
    readonly policyName: string;
    readonly validationActions?: readonly string[];
    readonly matchResources?: { readonly namespaceSelector?: object };
  };
}
type Policy = Stored<ValidatingAdmissionPolicy>;

/**
 * The policies that are bound. Those that check are bound only with Deny; of those with conditions or parameters nobody knows
 * whether they apply.
 */
export function* inForce(state: ClusterState, [policies, bindings]: typeof VALIDATING | typeof MUTATING) {
  for (const binding of state.all(bindings) as readonly Stored<Binding>[]) {
    const { policyName, validationActions = ["Deny"] } = binding.spec;
    const policy = state.find(policies, `/${policyName}`) as Policy | undefined;
    if (!policy || policy.spec.matchConditions || policy.spec.paramKind) continue;
    if (validationActions.includes("Deny")) yield { policy, binding };
  }
}

export const refusesAll = ({ spec }: Policy): boolean =>
  spec.validations?.some(({ expression }) => expression === "false") ?? false;

/** Whether a bound policy applies to the request that made a change. */
export function matches(
  { policy, binding }: { readonly policy: Policy; readonly binding: Stored<Binding> },
  { resource, object, previous, before }: Moment,
  { operation, subresource }: WrittenBy,
): boolean {
  const { resourceRules = [], objectSelector } = policy.spec.matchConstraints ?? {};
  const [plural = "", ...group] = resource.split(".");
  const named = subresource === "" ? plural : `${plural}/${subresource}`;
  const isNamed = resourceRules.some(
    ({ apiGroups = [], resources = [], operations = [] }) =>
      (apiGroups.includes("*") || apiGroups.includes(group.join("."))) &&
      (resources.includes(named) || (resources.includes("*") && subresource === "")) &&
      (operations.includes("*") || operations.includes(operation)),
  );
  const { namespace } = object.metadata;
  const labels = before.find("namespaces", `/${namespace}`)?.metadata.labels;
  const isThere = namespace !== undefined && selects(binding.spec.matchResources?.namespaceSelector ?? {}, labels);
  // An update is matched by what it replaces, too. A binding has no labels.
  const created = subresource === "" ? object : undefined;
  const versions = operation === "CREATE" ? [created] : operation === "DELETE" ? [previous] : [object, previous];
  return (
    isNamed && isThere && (!objectSelector || versions.some((each) => selects(objectSelector, each?.metadata.labels)))
  );
}
