/** An audit policy (audit.k8s.io/v1 Policy): which requests are recorded, and how much of each. */
import { isJsonObject } from "../machinery/json/json-object.ts";

const LEVELS = ["None", "Metadata", "Request", "RequestResponse"] as const;
export type Level = (typeof LEVELS)[number];

interface GroupResources {
  readonly group?: string;
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface AuditRule {
  readonly level: Level;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly GroupResources[];
  readonly namespaces?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly omitManagedFields?: boolean;
}

export interface AuditPolicy {
  readonly rules: readonly AuditRule[];
  readonly omitManagedFields?: boolean;
}

/** What a policy decides by. */
export interface Audited {
  readonly user: string;
  readonly groups: readonly string[];
  readonly verb: string;
  /** For resource requests. */
  readonly resource?: {
    readonly group: string;
    readonly resource: string;
    readonly subresource: string;
    readonly namespace: string;
    readonly name: string;
  };
  /** For all other requests. */
  readonly path: string;
}

/** The first rule that matches; undefined if none does, which means level None. */
export const auditRule = (policy: AuditPolicy, audited: Audited): AuditRule | undefined =>
  policy.rules.find((rule) => matches(rule, audited));

function matches(rule: AuditRule, { user, groups, verb, resource, path }: Audited): boolean {
  if (!isUnsetOrIncludes(rule.users, user) || !isUnsetOrIncludes(rule.verbs, verb)) return false;
  if (rule.userGroups?.length && !rule.userGroups.some((group) => groups.includes(group))) return false;
  if (rule.namespaces?.length || rule.resources?.length) {
    if (!resource || !isUnsetOrIncludes(rule.namespaces, resource.namespace)) return false;
    return !rule.resources?.length || rule.resources.some((of) => isOf(of, resource));
  }
  if (rule.nonResourceURLs?.length) return !resource && rule.nonResourceURLs.some((url) => pathMatches(url, path));
  return true;
}

const isUnsetOrIncludes = (wanted: readonly string[] | undefined, value: string): boolean =>
  !wanted?.length || wanted.includes(value);

const pathMatches = (url: string, path: string): boolean =>
  url.endsWith("*") ? path.startsWith(url.slice(0, -1)) : path === url;

function isOf(
  { group = "", resources, resourceNames }: GroupResources,
  { group: of, resource, subresource, name }: NonNullable<Audited["resource"]>,
): boolean {
  if (group !== of) return false;
  if (!resources?.length) return true;
  if (!isUnsetOrIncludes(resourceNames, name)) return false;
  const whole = subresource === "" ? resource : `${resource}/${subresource}`;
  const forms = ["*", whole, `${resource}/*`, ...(subresource === "" ? [] : [`*/${subresource}`])];
  return resources.some((wanted) => forms.includes(wanted));
}

type Parsed = { readonly ok: true; readonly policy: AuditPolicy } | { readonly ok: false; readonly message: string };

const KNOWN = ["level", "users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs"];
const RULE_FIELDS: ReadonlySet<string> = new Set([...KNOWN, "omitStages", "omitManagedFields"]);

/**
 * Rejects anything that would not have the intended effect: an unknown field might have been meant to narrow a rule.
 */
export function parseAuditPolicy(value: unknown): Parsed {
  const refused = (message: string): Parsed => ({ ok: false, message });
  if (!isJsonObject(value)) return refused("an audit policy is an object");
  if (value.apiVersion !== "audit.k8s.io/v1" || value.kind !== "Policy")
    return refused("an audit policy has apiVersion audit.k8s.io/v1 and kind Policy");
  if (!Array.isArray(value.rules) || value.rules.length === 0) return refused("rules: an audit policy needs some");
  for (const [index, rule] of value.rules.entries()) {
    const problem = problemOf(rule);
    if (problem !== undefined) return refused(`rules[${index}].${problem}`);
  }
  return { ok: true, policy: value as unknown as AuditPolicy };
}

function problemOf(rule: unknown): string | undefined {
  if (!isJsonObject(rule)) return "must be an object";
  const unknown = Object.keys(rule).find((key) => !RULE_FIELDS.has(key));
  if (unknown !== undefined) return `${unknown}: is not known`;
  if (!LEVELS.some((level) => level === rule.level)) return `level: is one of ${LEVELS.join(", ")}`;
  for (const key of ["users", "userGroups", "verbs", "namespaces", "nonResourceURLs"]) {
    if (rule[key] !== undefined && !isTexts(rule[key])) return `${key}: is a list of texts`;
  }
  if (isFilled(rule.nonResourceURLs) && (isFilled(rule.resources) || isFilled(rule.namespaces)))
    return "nonResourceURLs: go with neither resources nor namespaces";
  if (rule.resources === undefined) return undefined;
  if (!Array.isArray(rule.resources)) return "resources: is a list";
  const wrong = rule.resources.findIndex(
    (of) => !isJsonObject(of) || [of.resources, of.resourceNames].some((list) => list !== undefined && !isTexts(list)),
  );
  return wrong < 0 ? undefined : `resources[${wrong}]: has a group, and lists of resources and resourceNames`;
}

const isFilled = (value: unknown): boolean => Array.isArray(value) && value.length > 0;
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((each) => typeof each === "string");
