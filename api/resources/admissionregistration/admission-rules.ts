/** The rules of policies and webhooks, without their selectors and conditions. */
import type {
  MutatingAdmissionPolicy,
  RuleWithOperations,
  ValidatingAdmissionPolicy,
  ValidatingWebhookConfiguration,
} from "../../generated/admissionregistration.v1.ts";
import type { KubeObject } from "../../machinery/meta.ts";

export const WEBHOOKS = [
  "mutatingwebhookconfigurations.admissionregistration.k8s.io",
  "validatingwebhookconfigurations.admissionregistration.k8s.io",
] as const;
/** Each resource of policies, and that of their bindings: a policy without one does nothing. */
export const POLICIES = {
  "mutatingadmissionpolicies.admissionregistration.k8s.io":
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
  "validatingadmissionpolicies.admissionregistration.k8s.io":
    "validatingadmissionpolicybindings.admissionregistration.k8s.io",
} as const;

/** The resources whose objects have such rules. */
export const ADMISSION_RESOURCES: readonly string[] = [...WEBHOOKS, ...Object.keys(POLICIES)];

/** The rules of one of their objects. */
export function admissionRulesOf(resource: string, object: KubeObject): readonly RuleWithOperations[] {
  if (WEBHOOKS.some((each) => each === resource))
    return ((object as ValidatingWebhookConfiguration).webhooks ?? []).flatMap(({ rules }) => rules ?? []);
  const { spec } = object as ValidatingAdmissionPolicy | MutatingAdmissionPolicy;
  return spec.matchConstraints?.resourceRules ?? [];
}

/** Which resources and subresources a rule names: with and without wildcards for both. */
export const namesResource = (
  resources: readonly string[] | undefined,
  { plural, subresource }: { readonly plural: string; readonly subresource: string },
): boolean =>
  (resources ?? []).some((each) => {
    const [named, sub = ""] = each.split("/");
    if (named !== "*" && named !== plural) return false;
    return each === "*/*" || sub === subresource || (sub === "*" && each !== "*");
  });

export interface AskedRequest {
  readonly operation: string;
  /** The groups in which the resource is served. */
  readonly groups: readonly string[];
  readonly plural: string;
  /** "" for the object itself. */
  readonly subresource: string;
}

/** Whether the rule matches such requests, at some version and in some scope. */
export const mayMatch = (
  { operations = [], apiGroups = [], resources }: RuleWithOperations,
  request: AskedRequest,
): boolean =>
  operations.some((each) => each === "*" || each === request.operation) &&
  apiGroups.some((each) => each === "*" || request.groups.includes(each)) &&
  namesResource(resources, request);
