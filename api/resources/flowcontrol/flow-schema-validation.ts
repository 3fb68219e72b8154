/** pkg/apis/flowcontrol/validation: FlowSchema. */

import type {
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  Subject,
} from "../../generated/flowcontrol.v1.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import { type FieldError, forbidden, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { ownMember } from "../../machinery/json/own-member.ts";
import { dnsLabel, dnsSubdomain } from "../../machinery/names.ts";
import { goStruct } from "../../schema/go-struct.ts";
import { mandatoryFlowSchemas } from "./mandatory.ts";

const MAX_PRECEDENCE = 10_000;
const METHODS = ["ByNamespace", "ByUser"];
/** Also used for non-resource requests, although those have HTTP methods. */
const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];

export function validateFlowSchema({ metadata: { name = "" }, spec }: FlowSchema): FieldError[] {
  const errors: FieldError[] = [];
  const { matchingPrecedence = 0, priorityLevelConfiguration, distinguisherMethod, rules } = spec;
  if (matchingPrecedence <= 0)
    errors.push(invalid("spec.matchingPrecedence", matchingPrecedence, "must be a positive value"));
  if (matchingPrecedence > MAX_PRECEDENCE)
    errors.push(invalid("spec.matchingPrecedence", matchingPrecedence, `must not be greater than ${MAX_PRECEDENCE}`));
  if (matchingPrecedence === 1 && name !== "exempt")
    errors.push(
      invalid(
        "spec.matchingPrecedence",
        matchingPrecedence,
        "only the schema named 'exempt' may have matchingPrecedence 1",
      ),
    );
  if (distinguisherMethod && !METHODS.includes(distinguisherMethod.type))
    // Kubernetes prints its internal type here, whose field has no JSON name.
    errors.push(notSupported("spec.distinguisherMethod.type", { Type: distinguisherMethod.type ?? "" }, METHODS));
  const level = priorityLevelConfiguration?.name ?? "";
  const levelPath = "spec.priorityLevelConfiguration.name";
  if (level === "") errors.push(required(levelPath, "must reference a priority level"));
  else for (const problem of dnsSubdomain(level)) errors.push(invalid(levelPath, level, problem));
  rules?.forEach((rule, i) => {
    checkRules(errors, `spec.rules[${i}]`, rule);
  });
  const mandatory = ownMember(mandatoryFlowSchemas, name);
  if (mandatory && !sameValue(spec, mandatory))
    errors.push(
      invalid("spec", goStruct("flowcontrol.v1.FlowSchemaSpec", spec), `spec of '${name}' must equal the fixed value`),
    );
  return errors;
}

function checkRules(errors: FieldError[], path: string, rules: PolicyRulesWithSubjects): void {
  const { subjects, resourceRules, nonResourceRules } = rules;
  if (!subjects?.length) errors.push(required(`${path}.subjects`, "subjects must contain at least one value"));
  subjects?.forEach((subject, i) => {
    checkSubject(errors, `${path}.subjects[${i}]`, subject);
  });
  if (!resourceRules?.length && !nonResourceRules?.length)
    errors.push(required(path, "at least one of resourceRules and nonResourceRules has to be non-empty"));
  resourceRules?.forEach((rule, i) => {
    checkResourceRule(errors, `${path}.resourceRules[${i}]`, rule);
  });
  nonResourceRules?.forEach((rule, i) => {
    checkNonResourceRule(errors, `${path}.nonResourceRules[${i}]`, rule);
  });
}

const SUBJECTS = { Group: "group", ServiceAccount: "serviceAccount", User: "user" } as const;
const isSubjectKind = (kind: string): kind is keyof typeof SUBJECTS => Object.hasOwn(SUBJECTS, kind);

function checkSubject(errors: FieldError[], path: string, subject: Subject): void {
  const { kind = "", user, group, serviceAccount } = subject;
  if (!isSubjectKind(kind)) {
    errors.push(notSupported(`${path}.kind`, kind, Object.keys(SUBJECTS)));
    return;
  }
  if (kind === "ServiceAccount") {
    if (serviceAccount) checkServiceAccount(errors, `${path}.serviceAccount`, serviceAccount);
    else
      errors.push(
        required(`${path}.serviceAccount`, "serviceAccount is required when subject kind is 'ServiceAccount'"),
      );
  } else {
    const named = kind === "User" ? user : group;
    const field = SUBJECTS[kind];
    if (!named) errors.push(required(`${path}.${field}`, `${field} is required when subject kind is '${kind}'`));
    else if (!named.name) errors.push(required(`${path}.${field}.name`));
  }
  for (const [other, field] of [
    ["User", "user"],
    ["Group", "group"],
    ["ServiceAccount", "serviceAccount"],
  ] as const)
    if (other !== kind && subject[field])
      errors.push(forbidden(`${path}.${field}`, `${field} is forbidden when subject kind is not '${other}'`));
}

function checkServiceAccount(
  errors: FieldError[],
  path: string,
  { name = "", namespace = "" }: { readonly name: string; readonly namespace: string },
): void {
  if (name === "") errors.push(required(`${path}.name`));
  else if (name !== "*") for (const problem of dnsSubdomain(name)) errors.push(invalid(`${path}.name`, name, problem));
  if (namespace === "") errors.push(required(`${path}.namespace`, "must specify namespace for service account"));
  else for (const problem of dnsLabel(namespace)) errors.push(invalid(`${path}.namespace`, namespace, problem));
}

const ALL = "*";

/** For a list in which `*` must be the only entry. */
function checkAlone(errors: FieldError[], path: string, values: readonly string[], noun: string): void {
  if (values.length > 1 && values.includes(ALL))
    errors.push(invalid(path, values, `if '*' is present, must not specify other ${noun}`));
}

function checkVerbs(errors: FieldError[], path: string, verbs: readonly string[]): void {
  if (verbs.length === 0) errors.push(required(path, "verbs must contain at least one value"));
  else if (verbs.includes(ALL)) checkAlone(errors, path, verbs, "verbs");
  else if (!verbs.every((verb) => VERBS.includes(verb)))
    // The error is about the whole list, so all values are shown.
    errors.push(notSupported(path, verbs, VERBS));
}

function checkResourceRule(errors: FieldError[], path: string, rule: ResourcePolicyRule): void {
  const { verbs = [], apiGroups = [], resources = [], namespaces = [], clusterScope = false } = rule;
  checkVerbs(errors, `${path}.verbs`, verbs);
  if (apiGroups.length === 0)
    errors.push(required(`${path}.apiGroups`, "resource rules must supply at least one api group"));
  else checkAlone(errors, `${path}.apiGroups`, apiGroups, "api groups");
  if (resources.length === 0)
    errors.push(required(`${path}.resources`, "resource rules must supply at least one resource"));
  else checkAlone(errors, `${path}.resources`, resources, "resources");
  if (namespaces.length === 0 && !clusterScope)
    errors.push(
      required(`${path}.namespaces`, "resource rules that are not cluster scoped must supply at least one namespace"),
    );
  else if (namespaces.includes(ALL)) {
    if (namespaces.length > 1)
      errors.push(invalid(`${path}.namespaces`, namespaces, "if '*' is present, must not specify other namespaces"));
  } else
    namespaces.forEach((namespace, i) => {
      for (const problem of dnsLabel(namespace))
        errors.push(
          invalid(
            `${path}.namespaces[${i}]`,
            namespace,
            `each member of this list must be '*' or a DNS-1123 label; ${problem}`,
          ),
        );
    });
}

function checkNonResourceRule(errors: FieldError[], path: string, rule: NonResourcePolicyRule): void {
  const { verbs = [], nonResourceURLs = [] } = rule;
  checkVerbs(errors, `${path}.verbs`, verbs);
  const urls = `${path}.nonResourceURLs`;
  if (nonResourceURLs.length === 0) errors.push(required(urls, "nonResourceURLs must contain at least one value"));
  else if (nonResourceURLs.includes(ALL)) checkAlone(errors, urls, nonResourceURLs, "non-resource URLs");
  else
    nonResourceURLs.forEach((url, i) => {
      const problem = urlProblem(url);
      if (problem) errors.push(invalid(`${urls}[${i}]`, url, problem));
    });
}

function urlProblem(url: string): string | undefined {
  if (url === "") return "must not be empty";
  if (url === "/") return undefined;
  if (!url.startsWith("/")) return "must start with slash";
  if (url.includes(" ")) return "must not contain white-space";
  if (url.includes("//")) return "must not contain double slash";
  if (url.includes("*") && (url.indexOf("*") < url.length - 1 || !url.endsWith("/*")))
    return "wildcard can only do suffix matching";
  return undefined;
}
