/**
 * The roles and bindings that every cluster has from the start (Kubernetes 1.36, default roles and role bindings). They
 * carry Kubernetes' labels and annotations, so that tools recognise them and `autoupdate: "false"` preserves edits.
 */
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from "../../../api/generated/rbac.v1.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { componentRoles } from "./components.ts";
import { controllerRoles } from "./controllers.ts";
import { namespacedRoles } from "./namespaced.ts";
import { aggregated, clusterAdmin, contributions } from "./user-facing.ts";

const GROUP = "rbac.authorization.k8s.io";
const API_VERSION = `${GROUP}/v1`;
export const AUTO_UPDATE = "rbac.authorization.kubernetes.io/autoupdate";

const metadata = (
  name: string,
  { namespace, labels }: { namespace?: string; labels?: Record<string, string> } = {},
) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  labels: { "kubernetes.io/bootstrapping": "rbac-defaults", ...labels },
  annotations: { [AUTO_UPDATE]: "true" },
});

const aggregateTo = (role: string) => ({ [`${GROUP}/aggregate-to-${role}`]: "true" });

const clusterRole = (name: string, rules: readonly PolicyRule[], labels = {}): ClusterRole => ({
  kind: "ClusterRole",
  apiVersion: API_VERSION,
  metadata: metadata(name, { labels }),
  rules: [...rules],
});

const group = (name: string): Subject => ({ kind: "Group", apiGroup: GROUP, name });
const user = (name: string): Subject => ({ kind: "User", apiGroup: GROUP, name });
const account = (name: string): Subject => ({ kind: "ServiceAccount", name, namespace: "kube-system" });

const clusterRoleBinding = (name: string, subjects: readonly Subject[], role = name): ClusterRoleBinding => ({
  kind: "ClusterRoleBinding",
  apiVersion: API_VERSION,
  metadata: metadata(name),
  ...(subjects.length > 0 ? { subjects: [...subjects] } : {}),
  roleRef: { apiGroup: GROUP, kind: "ClusterRole", name: role },
});

const AUTHENTICATED = group("system:authenticated");
const UNAUTHENTICATED = group("system:unauthenticated");

/** The cluster roles that are bound from the start, by name, and their subjects. */
const BOUND: Readonly<Record<string, readonly Subject[]>> = {
  "cluster-admin": [group("system:masters")],
  "system:basic-user": [AUTHENTICATED],
  "system:discovery": [AUTHENTICATED],
  "system:kube-controller-manager": [user("system:kube-controller-manager")],
  "system:kube-dns": [account("kube-dns")],
  "system:kube-scheduler": [user("system:kube-scheduler")],
  "system:monitoring": [group("system:monitoring")],
  // Nodes get their rights from the node authorizer.
  "system:node": [],
  "system:node-proxier": [user("system:kube-proxy")],
  "system:public-info-viewer": [AUTHENTICATED, UNAUTHENTICATED],
  "system:service-account-issuer-discovery": [group("system:serviceaccounts")],
  "system:volume-scheduler": [user("system:kube-scheduler")],
};

/** A service that verifies this cluster's tokens has no credential of it, as OpenID Connect specifies. */
const publicIssuer = clusterRoleBinding(
  "sailplane:service-account-issuer-discovery",
  [UNAUTHENTICATED, AUTHENTICATED],
  "system:service-account-issuer-discovery",
);

/** An aggregated role with the rules that the aggregation controller will compute for it. */
function aggregatedRole(name: string): ClusterRole {
  const to = aggregated[name]?.contributesTo;
  return {
    ...clusterRole(name, rulesOf(name), to === undefined ? {} : aggregateTo(to)),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: aggregateTo(name) }] },
  };
}

/** The contributing roles' rules, in the order of the roles' names. */
function rulesOf(name: string): PolicyRule[] {
  const contributors = Object.entries(aggregated)
    .filter(([, { contributesTo }]) => contributesTo === name)
    .map(([contributor]) => ({ name: contributor, rules: () => rulesOf(contributor) }));
  const own = { name: `system:aggregate-to-${name}`, rules: () => [...(contributions[name] ?? [])] };
  return [...contributors, own].toSorted((a, b) => (a.name < b.name ? -1 : 1)).flatMap(({ rules }) => rules());
}

export function defaultRoles(): readonly KubeObject[] {
  const clusterRoles: ClusterRole[] = [
    clusterRole("cluster-admin", clusterAdmin),
    ...Object.keys(aggregated).map(aggregatedRole),
    ...Object.entries(contributions).map(([to, rules]) =>
      clusterRole(`system:aggregate-to-${to}`, rules, aggregateTo(to)),
    ),
    ...Object.entries(componentRoles).map(([name, rules]) => clusterRole(name, rules)),
    ...Object.entries(controllerRoles).map(([name, rules]) => clusterRole(`system:controller:${name}`, rules)),
  ];
  const clusterRoleBindings: ClusterRoleBinding[] = [
    ...Object.entries(BOUND).map(([name, subjects]) => clusterRoleBinding(name, subjects)),
    ...Object.keys(controllerRoles).map((name) => clusterRoleBinding(`system:controller:${name}`, [account(name)])),
    publicIssuer,
  ];
  const roles = namespacedRoles.map(
    ({ namespace, name, rules }): Role => ({
      kind: "Role",
      apiVersion: API_VERSION,
      metadata: metadata(name, { namespace }),
      rules: [...rules],
    }),
  );
  const roleBindings = namespacedRoles.map(
    ({ namespace, name, subjects = [] }): RoleBinding => ({
      kind: "RoleBinding",
      apiVersion: API_VERSION,
      metadata: metadata(name === "extension-apiserver-authentication-reader" ? `system::${name}` : name, {
        namespace,
      }),
      subjects: [...subjects],
      roleRef: { apiGroup: GROUP, kind: "Role", name },
    }),
  );
  return [...clusterRoles, ...clusterRoleBindings, ...roles, ...roleBindings];
}
