/**
 * Which flow schema, and so which priority level, a request falls under (apiserver/pkg/util/flowcontrol). Shown to
 * clients and operators in headers and metrics; the level decides when the request is served (seats.ts).
 */
import type { FlowSchema, Subject } from "../../api/generated/flowcontrol.v1.ts";
import { type Attributes, isResource, type ResourceAttributes } from "../auth/attributes.ts";
import type { User } from "../auth/user.ts";
import type { PolicySnapshot } from "../policy/snapshot.ts";

export interface Flow {
  readonly flowSchema: string;
  readonly flowSchemaUid: string;
  readonly priorityLevel: string;
  readonly priorityLevelUid: string;
  /** What tells the flows of the schema apart; absent: it has a single one. */
  readonly distinguisher?: string;
}

interface RequestDigest {
  readonly user: User;
  readonly attributes: Attributes;
}

type Rule = NonNullable<FlowSchema["spec"]["rules"]>[number];

interface Class extends Flow {
  readonly rules: readonly Rule[];
}

/** In matching order; schemas whose priority level does not exist are skipped. */
function classesOf(policy: PolicySnapshot): readonly Class[] {
  const levels = new Map(
    policy
      .list("prioritylevelconfigurations.flowcontrol.apiserver.k8s.io")
      .map(({ metadata }) => [metadata.name, metadata.uid]),
  );
  return policy
    .list("flowschemas.flowcontrol.apiserver.k8s.io")
    .toSorted((a, b) => precedence(a) - precedence(b) || (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap(({ metadata, spec }) => {
      const priorityLevel = spec.priorityLevelConfiguration?.name ?? "";
      const priorityLevelUid = levels.get(priorityLevel);
      if (priorityLevelUid === undefined) return [];
      const schema = { flowSchema: metadata.name, flowSchemaUid: metadata.uid };
      const { distinguisherMethod, rules = [] } = spec;
      const distinguished = distinguisherMethod && { distinguisher: distinguisherMethod.type };
      return [{ ...schema, priorityLevel, priorityLevelUid, ...distinguished, rules }];
    });
}

const precedence = ({ spec }: FlowSchema) => spec.matchingPrecedence ?? 0;

export const flowOf = (policy: PolicySnapshot, request: RequestDigest): Flow | undefined =>
  policy.derive(classesOf).find(({ rules }) => rules.some((rule) => matches(rule, request)));

const matches = (
  { subjects = [], resourceRules = [], nonResourceRules = [] }: Rule,
  { user, attributes }: RequestDigest,
) =>
  subjects.some((subject) => isAbout(subject, user)) &&
  (isResource(attributes)
    ? resourceRules.some((rule) => coversResource(rule, attributes))
    : nonResourceRules.some(
        ({ verbs, nonResourceURLs }) =>
          has(verbs, attributes.verb) && nonResourceURLs.some((url) => coversPath(url, attributes.path)),
      ));

function isAbout({ kind, user, group, serviceAccount }: Subject, { name, groups }: User): boolean {
  switch (kind) {
    case "User":
      return user !== undefined && (user.name === "*" || user.name === name);
    case "Group":
      return group !== undefined && (group.name === "*" || groups.includes(group.name));
    case "ServiceAccount": {
      if (!serviceAccount) return false;
      const ofNamespace = `system:serviceaccount:${serviceAccount.namespace}:`;
      return serviceAccount.name === "*"
        ? name.startsWith(ofNamespace)
        : name === `${ofNamespace}${serviceAccount.name}`;
    }
    default:
      return false;
  }
}

function coversResource(
  { verbs, apiGroups, resources, namespaces = [], clusterScope = false }: NonNullable<Rule["resourceRules"]>[number],
  { verb, group, resource, subresource, namespace }: ResourceAttributes,
): boolean {
  return (
    has(verbs, verb) &&
    has(apiGroups, group) &&
    has(resources, subresource === "" ? resource : `${resource}/${subresource}`) &&
    (namespace === "" ? clusterScope : has(namespaces, namespace))
  );
}

const has = (list: readonly string[], wanted: string) => list.includes("*") || list.includes(wanted);

const coversPath = (url: string, path: string) =>
  url === "*" || url === path || (url.endsWith("/*") && path.startsWith(url.slice(0, -1)));
