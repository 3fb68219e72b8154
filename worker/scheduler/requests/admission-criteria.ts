/** What a webhook, a policy or a binding says about the requests that it matches, before its conditions. */
import type { MatchResources, NamedRuleWithOperations } from "../../../api/generated/admissionregistration.v1.ts";
import type { LabelSelector } from "../../../api/generated/meta.v1.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import type { Requirement } from "../../../api/machinery/selectors/requirement.ts";
import { labelSelectorRequirements, labelsMatch } from "../../../api/machinery/selectors/selector.ts";
import { mayMatch } from "../../../api/resources/admissionregistration/admission-rules.ts";
import type { SchedulerRequest } from "./scheduler-request.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Criteria {
  /** None: everything. */
  readonly rules: readonly NamedRuleWithOperations[];
  readonly excluded: readonly NamedRuleWithOperations[];
  readonly ofNamespace: readonly Requirement[];
  readonly ofObject: readonly Requirement[];
}

const requirementsOf = (selector: LabelSelector | undefined) => (selector ? labelSelectorRequirements(selector) : []);

export const criteriaOf = (match: MatchResources): Criteria => ({
  rules: match.resourceRules ?? [],
  excluded: match.excludeResourceRules ?? [],
  ofNamespace: requirementsOf(match.namespaceSelector),
  ofObject: requirementsOf(match.objectSelector),
});

/** The operation and the resource that the request names. */
export interface RequestKind {
  readonly operation: "CREATE" | "UPDATE";
  readonly group: string;
  readonly plural: string;
  readonly subresource: string;
}

export function kindOf({ verb, resource, subresource = "" }: SchedulerRequest): RequestKind {
  const [plural = "", ...group] = resource.split(".");
  return { operation: verb === "create" ? "CREATE" : "UPDATE", group: group.join("."), plural, subresource };
}

const EVENT_GROUPS: readonly string[] = ["", "events.k8s.io"];

/** Rules for events of one group match those of the other, unless they are exact. */
const includes = (rule: NamedRuleWithOperations, kind: RequestKind): boolean =>
  mayMatch(rule, { ...kind, groups: kind.plural === "events" ? EVENT_GROUPS : [kind.group] });

/** Whether requests of this kind may meet the criteria. */
export const mayMeet = ({ rules }: Criteria, kind: RequestKind): boolean =>
  rules.length === 0 || rules.some((rule) => includes(rule, kind));

/** At which the scheduler makes all of its requests. */
const VERSIONS: readonly string[] = ["*", "v1"];

/** Whether it does for sure: an exclusion that is in doubt does not count. */
const excludes = (rule: NamedRuleWithOperations, kind: RequestKind): boolean =>
  mayMatch(rule, { ...kind, groups: [kind.group] }) &&
  (rule.apiVersions?.some((each) => VERSIONS.includes(each)) ?? false);

/** `namespaceLabels` are those of the request's namespace; undefined: it is not known. */
export function meets(
  { rules, excluded, ofNamespace, ofObject }: Criteria,
  request: SchedulerRequest,
  namespaceLabels: Labels | undefined,
): boolean {
  const kind = kindOf(request);
  const isNamed = (rule: NamedRuleWithOperations) => fitsName(rule, request) && fitsScope(rule, request);
  if (rules.length > 0 && !rules.some((rule) => includes(rule, kind) && isNamed(rule))) return false;
  if (excluded.some((rule) => excludes(rule, kind) && isNamed(rule))) return false;
  if (!labelsMatch(ofObject, request.labels)) return false;
  return request.namespace === "" || namespaceLabels === undefined || labelsMatch(ofNamespace, namespaceLabels);
}

const fitsName = ({ resourceNames = [] }: NamedRuleWithOperations, { name, body }: SchedulerRequest): boolean =>
  resourceNames.length === 0 || resourceNames.includes(name ?? (body as KubeObject).metadata.name ?? "");

const fitsScope = ({ scope = "*" }: NamedRuleWithOperations, { namespace }: SchedulerRequest): boolean =>
  scope === "*" || scope === (namespace === "" ? "Cluster" : "Namespaced");
