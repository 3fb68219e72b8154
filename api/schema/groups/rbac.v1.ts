import type { SchemaSource } from "../idl.ts";

export const rbacV1: SchemaSource = {
  name: "rbac.v1",
  group: "rbac.authorization.k8s.io",
  version: "v1",
  package: "io.k8s.api.rbac.v1",
  types: `
AggregationRule
  1 clusterRoleSelectors []meta.v1.LabelSelector list=atomic
ClusterRole kind
  1 metadata meta.v1.ObjectMeta
  2 rules []PolicyRule always list=atomic
  3 aggregationRule *AggregationRule
ClusterRoleBinding kind
  1 metadata meta.v1.ObjectMeta
  2 subjects []Subject list=atomic
  3 roleRef RoleRef required
PolicyRule
  1 verbs []string required list=atomic
  2 apiGroups []string list=atomic
  3 resources []string list=atomic
  4 resourceNames []string list=atomic
  5 nonResourceURLs []string list=atomic
Role kind
  1 metadata meta.v1.ObjectMeta
  2 rules []PolicyRule always list=atomic
RoleBinding kind
  1 metadata meta.v1.ObjectMeta
  2 subjects []Subject list=atomic
  3 roleRef RoleRef required
RoleRef atomic
  1 apiGroup string always
  2 kind string required
  3 name string required
Subject atomic
  1 kind string required
  2 apiGroup string
  3 name string required
  4 namespace string
`,
};
