/** Who may do something, and by which binding, role and rule: computed from RBAC objects. */
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from "../../api/generated/rbac.v1.ts";
import { ALL, ruleAllows } from "../api/rule-allows.ts";

export interface AccessQuery {
  readonly verb: string;
  readonly group: string;
  /** `pods`, `pods/exec`. */
  readonly resource: string;
  /** "" means all namespaces, or a cluster-scoped resource. */
  readonly namespace: string;
  /** "" matches any. */
  readonly name: string;
}

export interface AccessPolicy {
  readonly roles: readonly Role[];
  readonly clusterRoles: readonly ClusterRole[];
  readonly roleBindings: readonly RoleBinding[];
  readonly clusterRoleBindings: readonly ClusterRoleBinding[];
}

export interface Grant {
  readonly subject: Subject;
  readonly binding: {
    readonly kind: "RoleBinding" | "ClusterRoleBinding";
    readonly namespace: string;
    readonly name: string;
  };
  readonly role: { readonly kind: string; readonly namespace: string; readonly name: string };
  readonly rule: PolicyRule;
  /** The rule is limited to these names, and the question named none. */
  readonly onlyNames: readonly string[];
}

/** Each subject with each binding that allows it. */
export function whoCan(question: AccessQuery, policy: AccessPolicy): Grant[] {
  const everywhere = policy.clusterRoleBindings.map((binding) => ({ kind: "ClusterRoleBinding" as const, binding }));
  const here = policy.roleBindings
    .filter(({ metadata }) => question.namespace !== "" && metadata.namespace === question.namespace)
    .map((binding) => ({ kind: "RoleBinding" as const, binding }));
  return [...everywhere, ...here].flatMap(({ kind, binding }) => {
    const { namespace = "", name = "" } = binding.metadata;
    const role = roleOf(binding, policy);
    const rules = role?.rules?.filter((each) => ruleAllows(each, question)) ?? [];
    const rule = rules.find(({ resourceNames }) => !resourceNames?.length) ?? rules[0];
    if (!role || !rule) return [];
    return (binding.subjects ?? []).map((subject) => ({
      subject,
      binding: { kind, namespace, name },
      role: { kind: binding.roleRef.kind, namespace: role.metadata.namespace ?? "", name: binding.roleRef.name },
      rule,
      onlyNames: question.name === "" ? (rule.resourceNames ?? []) : [],
    }));
  });
}

function roleOf(binding: RoleBinding | ClusterRoleBinding, policy: AccessPolicy): Role | ClusterRole | undefined {
  const { kind, name } = binding.roleRef;
  return kind === "ClusterRole"
    ? policy.clusterRoles.find(({ metadata }) => metadata.name === name)
    : policy.roles.find(({ metadata }) => metadata.name === name && metadata.namespace === binding.metadata.namespace);
}

/** Whom people and workloads belong to, unlike the other names that begin with `system:`. */
const EVERYBODY = /^system:(?:anonymous|authenticated|unauthenticated|serviceaccounts?(?::(?!kube-system(?::|$)).*)?)$/;

/** Whether it is one of the cluster's own parts. */
export const isSystem = ({ subject: { kind, namespace, name } }: Grant): boolean =>
  kind === "ServiceAccount" ? namespace === "kube-system" : name.startsWith("system:") && !EVERYBODY.test(name);

/** In the format of `kubectl create rolebinding`. */
export const renderSubject = ({ kind, namespace, name }: Subject): string =>
  kind === "ServiceAccount" ? `${namespace}:${name}` : name;

/** A rule as a sentence: `get, list of pods, services in apps; only web`. */
export function renderRule({ verbs, apiGroups = [], resources = [], resourceNames = [] }: PolicyRule): string {
  const groups = apiGroups.map((group) => (group === ALL ? "every group" : group || "the core group"));
  const all = (list: readonly string[], every: string) => (list.includes(ALL) ? every : list.join(", "));
  return [
    `${all(verbs, "everything")} on ${all(resources, "every resource")} of ${groups.join(", ")}`,
    ...(resourceNames.length > 0 ? [`only ${resourceNames.join(", ")}`] : []),
  ].join("; ");
}

export const kubectlOf = ({ verb, group, resource, namespace, name }: AccessQuery): string => {
  const [plural = "", subresource] = resource.split("/", 2);
  const target = `${plural}${group === "" ? "" : `.${group}`}${name === "" ? "" : `/${name}`}`;
  const sub = subresource === undefined ? "" : ` --subresource=${subresource}`;
  return `kubectl auth can-i ${verb} ${target}${sub}${namespace === "" ? " -A" : ` -n ${namespace}`} --as=SOMEBODY`;
};
