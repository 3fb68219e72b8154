/**
 * The bindings of a policy snapshot, indexed by namespace and subject, so that a request only looks at the bindings of its
 * own user and groups, and a change of one binding does not index the subjects of all others again.
 */
import type { ClusterRoleBinding, PolicyRule, RoleBinding, RoleRef, Subject } from "../../../api/generated/rbac.v1.ts";
import { goQuote } from "../../../api/machinery/field-error.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import type { User } from "../user.ts";

/** A binding of one role to one subject. */
export interface Grant {
  readonly rules: readonly PolicyRule[];
  /** Set if the binding names a role that does not exist; worded as in Kubernetes. */
  readonly missing?: string;
  readonly describe: () => string;
}

type Binding = RoleBinding | ClusterRoleBinding;
type Bound = readonly [binding: Binding, subject: Subject];
/** By the name that a user or group has in `keyOf`. */
type BySubject = ReadonlyMap<string, readonly Bound[]>;

/** The bindings of one namespace, "" for those of the cluster. */
interface Scope {
  readonly bindings: readonly Binding[];
  /** Made when it is first asked for. */
  subjects?: readonly BySubject[];
}

/** Bindings of more subjects than this have an index of their own, which is made once for each. */
const MANY_SUBJECTS = 10;
const ofLongBindings = new WeakMap<Binding, BySubject>();

export type RoleIndex = ReadonlyMap<string, Scope>;

const CLUSTER_ROLES = "clusterroles.rbac.authorization.k8s.io";
const ROLES = "roles.rbac.authorization.k8s.io";
const CLUSTER_ROLE_BINDINGS = "clusterrolebindings.rbac.authorization.k8s.io";
const ROLE_BINDINGS = "rolebindings.rbac.authorization.k8s.io";

/** Scopes whose bindings did not change are those of the snapshot before. */
export function roleIndex(policy: PolicySnapshot, earlier: RoleIndex | undefined): RoleIndex {
  const bindings = [...policy.list(CLUSTER_ROLE_BINDINGS), ...policy.list(ROLE_BINDINGS)];
  const index = new Map<string, Scope>();
  for (const [namespace, here] of Map.groupBy<string, Binding>(bindings, ({ metadata }) => metadata.namespace ?? "")) {
    const before = earlier?.get(namespace);
    index.set(namespace, before && isSame(before.bindings, here) ? before : { bindings: here });
  }
  return index;
}

const isSame = (a: readonly Binding[], b: readonly Binding[]): boolean =>
  a.length === b.length && a.every((binding, i) => binding === b[i]);

function subjectsIn({ bindings }: Scope, namespace: string): readonly BySubject[] {
  const isLong = ({ subjects = [] }: Binding) => subjects.length > MANY_SUBJECTS;
  const short = bindings.filter((binding) => !isLong(binding));
  const long = bindings.filter(isLong).map((binding) => {
    const known = ofLongBindings.get(binding) ?? subjectsOf([binding], namespace);
    ofLongBindings.set(binding, known);
    return known;
  });
  return [subjectsOf(short, namespace), ...long];
}

function subjectsOf(bindings: readonly Binding[], namespace: string): BySubject {
  const found = new Map<string, Bound[]>();
  for (const binding of bindings)
    for (const subject of binding.subjects ?? []) {
      const key = keyOf(subject, namespace);
      if (key === undefined) continue;
      const known = found.get(key);
      if (known) known.push([binding, subject]);
      else found.set(key, [[binding, subject]]);
    }
  return found;
}

/** The user's grants at cluster scope (namespace "") or in a namespace. */
export function* grantsOf(policy: PolicySnapshot, user: User, namespace: string): Iterable<Grant> {
  const index = policy.deriveFrom(roleIndex);
  const keys = [`User ${user.name}`, ...user.groups.map((group) => `Group ${group}`)];
  for (const at of namespace === "" ? [""] : ["", namespace]) {
    const scope = index.get(at);
    if (!scope) continue;
    scope.subjects ??= subjectsIn(scope, at);
    for (const key of keys)
      for (const subjects of scope.subjects)
        for (const bound of subjects.get(key) ?? []) yield grantOf(policy, bound, at);
  }
}

function grantOf(policy: PolicySnapshot, [{ metadata, roleRef }, subject]: Bound, namespace: string): Grant {
  const [kind, name] =
    namespace === ""
      ? ["ClusterRoleBinding", metadata.name ?? ""]
      : ["RoleBinding", `${metadata.name ?? ""}/${namespace}`];
  return {
    ...findRole(policy, roleRef, namespace),
    describe: () => `${kind} ${goQuote(name)} of ${roleText(roleRef)} to ${subjectText(subject, namespace)}`,
  };
}

/** A service account is the user of that name. */
function keyOf({ kind, name, namespace }: Subject, bindingNamespace: string): string | undefined {
  if (kind === "User" || kind === "Group") return `${kind} ${name}`;
  const home = namespace || bindingNamespace;
  return kind === "ServiceAccount" && home !== "" ? `User system:serviceaccount:${home}:${name}` : undefined;
}

/** The rules of the role that a binding in this namespace names. */
export function findRole(
  policy: PolicySnapshot,
  { kind, name }: RoleRef,
  namespace: string,
): Pick<Grant, "rules" | "missing"> {
  const role = kind === "ClusterRole" ? policy.get(CLUSTER_ROLES, "", name) : policy.get(ROLES, namespace, name);
  if (role) return { rules: role.rules ?? [] };
  return { rules: [], missing: `${kind.toLowerCase()}.rbac.authorization.k8s.io ${goQuote(name)} not found` };
}

const roleText = ({ kind, name }: RoleRef) => `${kind} ${goQuote(name)}`;

const subjectText = ({ kind, name, namespace }: Subject, bindingNamespace: string) =>
  `${kind} ${goQuote(kind === "ServiceAccount" ? `${name}/${namespace || bindingNamespace}` : name)}`;
