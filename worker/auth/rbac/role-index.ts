/**
 * The bindings of a policy snapshot, indexed by subject. Built once per snapshot, so that a request only looks at the
 * bindings of its own user and groups.
 */
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from "../../../api/generated/rbac.v1.ts";
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

interface Granted {
  readonly everywhere: Grant[];
  readonly byNamespace: Map<string, Grant[]>;
}

export type RoleIndex = ReadonlyMap<string, Granted>;

const CLUSTER_ROLES = "clusterroles.rbac.authorization.k8s.io";
const ROLES = "roles.rbac.authorization.k8s.io";
const CLUSTER_ROLE_BINDINGS = "clusterrolebindings.rbac.authorization.k8s.io";
const ROLE_BINDINGS = "rolebindings.rbac.authorization.k8s.io";

export function roleIndex(policy: PolicySnapshot): RoleIndex {
  const index = new Map<string, Granted>();
  const grantedTo = (subject: Subject, namespace: string): Granted | undefined => {
    const key = keyOf(subject, namespace);
    if (key === undefined) return undefined;
    const known = index.get(key) ?? { everywhere: [], byNamespace: new Map<string, Grant[]>() };
    index.set(key, known);
    return known;
  };
  for (const { metadata, roleRef, subjects = [] } of policy.list<ClusterRoleBinding>(CLUSTER_ROLE_BINDINGS)) {
    const role = findRole(policy, roleRef, "");
    for (const subject of subjects) {
      const describe = () =>
        `ClusterRoleBinding ${goQuote(metadata.name ?? "")} of ${roleText(roleRef)} to ${subjectText(subject, "")}`;
      grantedTo(subject, "")?.everywhere.push({ ...role, describe });
    }
  }
  for (const { metadata, roleRef, subjects = [] } of policy.list<RoleBinding>(ROLE_BINDINGS)) {
    const { name = "", namespace = "" } = metadata;
    const role = findRole(policy, roleRef, namespace);
    for (const subject of subjects) {
      const describe = () =>
        `RoleBinding ${goQuote(`${name}/${namespace}`)} of ${roleText(roleRef)} to ${subjectText(subject, namespace)}`;
      const granted = grantedTo(subject, namespace);
      const there = granted?.byNamespace.get(namespace) ?? [];
      granted?.byNamespace.set(namespace, there);
      there.push({ ...role, describe });
    }
  }
  return index;
}

/** The user's grants at cluster scope (namespace "") or in a namespace. */
export function* grantsOf(index: RoleIndex, user: User, namespace: string): Iterable<Grant> {
  const granted = [index.get(`User ${user.name}`), ...user.groups.map((group) => index.get(`Group ${group}`))];
  for (const each of granted) if (each) yield* each.everywhere;
  if (namespace === "") return;
  for (const each of granted) yield* each?.byNamespace.get(namespace) ?? [];
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
  const role =
    kind === "ClusterRole"
      ? policy.get<ClusterRole>(CLUSTER_ROLES, "", name)
      : policy.get<Role>(ROLES, namespace, name);
  if (role) return { rules: role.rules ?? [] };
  return { rules: [], missing: `${kind.toLowerCase()}.rbac.authorization.k8s.io ${goQuote(name)} not found` };
}

const roleText = ({ kind, name }: RoleRef) => `${kind} ${goQuote(name)}`;

const subjectText = ({ kind, name, namespace }: Subject, bindingNamespace: string) =>
  `${kind} ${goQuote(kind === "ServiceAccount" ? `${name}/${namespace || bindingNamespace}` : name)}`;
