import type { SchemaSource } from "../idl.ts";

export const policyV1: SchemaSource = {
  name: "policy.v1",
  group: "policy",
  version: "v1",
  package: "io.k8s.api.policy.v1",
  types: `
Eviction kind
  1 metadata meta.v1.ObjectMeta
  2 deleteOptions *meta.v1.DeleteOptions
PodDisruptionBudget kind
  1 metadata meta.v1.ObjectMeta
  2 spec PodDisruptionBudgetSpec
  3 status PodDisruptionBudgetStatus
PodDisruptionBudgetSpec
  1 minAvailable *IntOrString
  2 selector *meta.v1.LabelSelector patch=replace
  3 maxUnavailable *IntOrString
  4 unhealthyPodEvictionPolicy *string go=v1.UnhealthyPodEvictionPolicyType enum=AlwaysAllow|IfHealthyBudget
PodDisruptionBudgetStatus
  1 observedGeneration int64
  2 disruptedPods map[]Time
  3 disruptionsAllowed int32 always default=0
  4 currentHealthy int32 always default=0
  5 desiredHealthy int32 always default=0
  6 expectedPods int32 always default=0
  7 conditions []meta.v1.Condition list=map:type patch=merge:type
`,
};
