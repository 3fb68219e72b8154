/**
 * Which requests a policy, a binding or a webhook matches (apiserver pkg/admission/plugin/policy/matching,
 * webhook/predicates).
 */
import type { MatchResources, RuleWithOperations } from "../../../api/generated/admissionregistration.v1.ts";
import type { LabelSelector } from "../../../api/generated/meta.v1.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { labelSelectorRequirements, labelsMatch } from "../../../api/machinery/selectors/selector.ts";
import { namesResource } from "../../../api/resources/admissionregistration/admission-rules.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import { admittedTarget } from "../admitted-target.ts";
import type { AdmissionRequest } from "../plugin.ts";

const POLICIES: readonly string[] = [
  "validatingadmissionpolicies",
  "validatingadmissionpolicybindings",
  "mutatingadmissionpolicies",
  "mutatingadmissionpolicybindings",
];
const WEBHOOKS: readonly string[] = ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"];

const isOf = ({ context: { served } }: AdmissionRequest, plurals: readonly string[]): boolean =>
  served.resource.group === "admissionregistration.k8s.io" && plurals.includes(served.resource.plural);

/** Policies do not apply to policies: one that locks everybody out could not be removed. */
export const isBeyondPolicies = (request: AdmissionRequest): boolean => isOf(request, POLICIES);

/** Webhooks are called neither for policies nor for webhook configurations. */
export const isBeyondWebhooks = (request: AdmissionRequest): boolean =>
  isOf(request, POLICIES) || isOf(request, WEBHOOKS);

type Rule = RuleWithOperations & { readonly resourceNames?: readonly string[] };

const has = (values: readonly string[] | undefined, value: string) =>
  (values ?? []).some((each) => each === "*" || each === value);

function matchesRule(rule: Rule, request: AdmissionRequest, at: Served): boolean {
  const { operation, subresource } = request;
  const { resource, group, version } = at;
  if (!has(rule.operations, operation)) return false;
  if (!has(rule.apiGroups, group) || !has(rule.apiVersions, version)) return false;
  if ((rule.scope ?? "*") !== "*" && rule.scope !== resource.scope) return false;
  if (rule.resourceNames?.length && !rule.resourceNames.includes(admittedTarget(request).name)) return false;
  return namesResource(rule.resources, { plural: resource.plural, subresource });
}

/**
 * The version of the kind that one of the rules matches: the request's own or, unless the rules ask for exact versions,
 * another served one. Undefined if no rule matches.
 */
export function versionMatched(
  rules: readonly Rule[] | undefined,
  matchPolicy: string | undefined,
  request: AdmissionRequest,
): Served | undefined {
  const { served, registry } = request.context;
  const candidates = matchPolicy === "Exact" ? [served] : registry.versionsOf(served);
  return candidates.find((at) => (rules ?? []).some((rule) => matchesRule(rule, request, at)));
}

/**
 * The version at which a policy or a binding matches the request. Only evaluates rules: cheap, so it runs before
 * anything is read.
 */
export function matchedRules(resources: MatchResources | undefined, request: AdmissionRequest): Served | undefined {
  const { resourceRules = [], excludeResourceRules = [], matchPolicy } = resources ?? {};
  if (versionMatched(excludeResourceRules, matchPolicy, request)) return undefined;
  return resourceRules.length === 0 ? request.context.served : versionMatched(resourceRules, matchPolicy, request);
}

export interface Selectors {
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
}

/**
 * Matches the labels of the object's namespace, or of the object if it is a namespace; other cluster-scoped objects
 * always match.
 */
export async function matchesSelectors(selectors: Selectors, request: AdmissionRequest): Promise<boolean> {
  const { namespaceSelector, objectSelector } = selectors;
  const { object, old } = request;
  if (!selects(objectSelector, object) && !selects(objectSelector, old)) return false;
  if (!namespaceSelector || labelSelectorRequirements(namespaceSelector).length === 0) return true;
  const { resource } = request.context.served;
  if (resource.group === "" && resource.plural === "namespaces") return selects(namespaceSelector, object ?? old);
  if (resource.scope === "Cluster") return true;
  return selects(namespaceSelector, await namespaceOf(request));
}

function selects(selector: LabelSelector | undefined, object: KubeObject | undefined): boolean {
  const requirements = selector ? labelSelectorRequirements(selector) : [];
  if (requirements.length === 0) return true;
  return object !== undefined && labelsMatch(requirements, object.metadata.labels);
}

/** The namespace of a namespaced object; undefined for others. */
export async function namespaceOf({ namespace, context, reads }: AdmissionRequest): Promise<KubeObject | undefined> {
  if (namespace === "" || context.served.resource.scope === "Cluster") return undefined;
  return reads.object<KubeObject>({ resource: "namespaces", namespace: "", name: namespace });
}
