/** Default roles within the system namespaces, and their bindings. */
import type { PolicyRule, Subject } from "../../../api/generated/rbac.v1.ts";
import { allow, READ, recordEvents } from "../../auth/rbac/rule.ts";

export interface NamespacedRole {
  readonly namespace: string;
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  /** None: the role is there for others to bind. */
  readonly subjects?: readonly Subject[];
}

const user = (name: string): Subject => ({ kind: "User", apiGroup: "rbac.authorization.k8s.io", name });
const account = (name: string): Subject => ({ kind: "ServiceAccount", name, namespace: "kube-system" });

const leaderLocking = (component: string): NamespacedRole => ({
  namespace: "kube-system",
  name: `system::leader-locking-${component}`,
  rules: [
    allow(`${READ} create update`, "coordination.k8s.io", "leases"),
    allow(`${READ} create update`, "coordination.k8s.io", "leasecandidates"),
  ],
  subjects: [user(`system:${component}`), account(component)],
});

export const namespacedRoles: readonly NamespacedRole[] = [
  {
    namespace: "kube-public",
    name: "system:controller:bootstrap-signer",
    rules: [allow(READ, "core", "configmaps"), allow("update", "core", "configmaps", "cluster-info"), recordEvents],
    subjects: [account("bootstrap-signer")],
  },
  {
    namespace: "kube-system",
    name: "extension-apiserver-authentication-reader",
    rules: [allow(READ, "core", "configmaps", "extension-apiserver-authentication")],
    subjects: [user("system:kube-controller-manager"), user("system:kube-scheduler")],
  },
  leaderLocking("kube-controller-manager"),
  leaderLocking("kube-scheduler"),
  {
    namespace: "kube-system",
    name: "system:controller:bootstrap-signer",
    rules: [allow(READ, "core", "secrets")],
    subjects: [account("bootstrap-signer")],
  },
  {
    namespace: "kube-system",
    name: "system:controller:cloud-provider",
    rules: [allow(`create ${READ}`, "core", "configmaps")],
    subjects: [account("cloud-provider")],
  },
  {
    namespace: "kube-system",
    name: "system:controller:token-cleaner",
    rules: [allow(`${READ} delete`, "core", "secrets"), recordEvents],
    subjects: [account("token-cleaner")],
  },
];
