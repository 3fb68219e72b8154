/** Whether rules grant everything that other rules grant (component-helpers/auth/rbac/validation, Covers). */
import type { PolicyRule } from "../../../api/generated/rbac.v1.ts";
import { goQuote } from "../../../api/machinery/field-error.ts";
import { pathMatches } from "./rule-matches.ts";

const ALL = "*";

/** What `held` lacks of `requested`, one verb, group, resource and name at a time. */
export function missingRules(held: readonly PolicyRule[], requested: readonly PolicyRule[]): PolicyRule[] {
  const rules = held.map(indexed);
  return requested.flatMap(breakDown).filter((part) => !rules.some((rule) => covers(rule, part)));
}

/** Into how many parts rules are broken down, which is the product of their lists' lengths. */
export const partsOf = (rules: readonly PolicyRule[]): number =>
  rules
    .map(({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }) => {
      const targets = (apiGroups?.length ?? 0) * (resources?.length ?? 0) * (resourceNames?.length || 1);
      return verbs.length * (targets + (nonResourceURLs?.length ?? 0));
    })
    .reduce((sum, parts) => sum + parts, 0);

/** A rule whose lists may be long. */
interface IndexedRule {
  readonly verbs: ReadonlySet<string>;
  readonly apiGroups: ReadonlySet<string>;
  readonly resources: ReadonlySet<string>;
  readonly resourceNames: ReadonlySet<string>;
  readonly nonResourceURLs: readonly string[];
}

const indexed = ({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): IndexedRule => ({
  verbs: new Set(verbs),
  apiGroups: new Set(apiGroups),
  resources: new Set(resources),
  resourceNames: new Set(resourceNames),
  nonResourceURLs: nonResourceURLs ?? [],
});

function breakDown({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): PolicyRule[] {
  const parts: PolicyRule[] = [];
  for (const group of apiGroups ?? []) {
    for (const resource of resources ?? []) {
      for (const verb of verbs) {
        const part = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (!resourceNames?.length) parts.push(part);
        for (const name of resourceNames ?? []) parts.push({ ...part, resourceNames: [name] });
      }
    }
  }
  for (const url of nonResourceURLs ?? [])
    for (const verb of verbs) parts.push({ verbs: [verb], nonResourceURLs: [url] });
  return parts;
}

function covers(held: IndexedRule, part: PolicyRule): boolean {
  return (
    hasAll(held.verbs, part.verbs) &&
    hasAll(held.apiGroups, part.apiGroups ?? []) &&
    (part.resources ?? []).every((resource) => coversResource(held.resources, resource)) &&
    (part.nonResourceURLs ?? []).every((url) => held.nonResourceURLs.some((spec) => pathMatches(spec, url))) &&
    coversNames(held.resourceNames, part.resourceNames ?? [])
  );
}

const hasAll = (held: ReadonlySet<string>, requested: readonly string[]): boolean =>
  held.has(ALL) || requested.every((item) => held.has(item));

function coversResource(held: ReadonlySet<string>, resource: string): boolean {
  if (held.has(ALL) || held.has(resource)) return true;
  const slash = resource.indexOf("/");
  return slash >= 0 && held.has(`*${resource.slice(slash)}`);
}

/** An empty list means all names. */
const coversNames = (held: ReadonlySet<string>, requested: readonly string[]): boolean =>
  held.size === 0 || (requested.length > 0 && requested.every((name) => held.has(name)));

/** Rules in Kubernetes' short form, one per line: parts of the same group, resource and name are merged. */
export function describeRules(parts: readonly PolicyRule[]): string {
  const compact = new Map<string, PolicyRule>();
  for (const part of parts) {
    const { verbs, nonResourceURLs, ...target } = part;
    const id = JSON.stringify(nonResourceURLs ? part : target);
    const known = compact.get(id);
    compact.set(id, known && !nonResourceURLs ? { ...known, verbs: [...known.verbs, ...verbs] } : part);
  }
  return [...new Set([...compact.values()].map(describe))].sort().join("\n");
}

function describe({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const named = { APIGroups: apiGroups, Resources: resources, NonResourceURLs: nonResourceURLs };
  const fields = Object.entries({ ...named, ResourceNames: resourceNames, Verbs: verbs });
  return `{${fields.flatMap(([name, list]) => (list?.length ? [`${name}:${quoteList(list)}`] : [])).join(", ")}}`;
}

/** Formats a list like Go's %q. */
export const quoteList = (list: readonly string[]): string => `[${list.map(goQuote).join(" ")}]`;
