import type { SchemaSource } from "../idl.ts";

export const flowcontrolV1: SchemaSource = {
  name: "flowcontrol.v1",
  group: "flowcontrol.apiserver.k8s.io",
  version: "v1",
  package: "io.k8s.api.flowcontrol.v1",
  types: `
ExemptPriorityLevelConfiguration
  1 nominalConcurrencyShares *int32
  2 lendablePercent *int32
FlowDistinguisherMethod
  1 type string required go=v1.FlowDistinguisherMethodType
FlowSchema kind
  1 metadata meta.v1.ObjectMeta
  2 spec FlowSchemaSpec
  3 status FlowSchemaStatus
FlowSchemaCondition
  1 type string go=v1.FlowSchemaConditionType
  2 status string go=v1.ConditionStatus
  3 lastTransitionTime Time
  4 reason string
  5 message string
FlowSchemaSpec
  1 priorityLevelConfiguration PriorityLevelConfigurationReference required
  2 matchingPrecedence int32 always default=0
  3 distinguisherMethod *FlowDistinguisherMethod
  4 rules []PolicyRulesWithSubjects list=atomic
FlowSchemaStatus
  1 conditions []FlowSchemaCondition list=map:type patch=merge:type
GroupSubject
  1 name string required
LimitResponse union=type(queuing:Queuing)
  1 type string required go=v1.LimitResponseType
  2 queuing *QueuingConfiguration
LimitedPriorityLevelConfiguration
  1 nominalConcurrencyShares *int32 always
  2 limitResponse LimitResponse
  3 lendablePercent *int32
  4 borrowingLimitPercent *int32
NonResourcePolicyRule
  1 verbs []string required list=set
  6 nonResourceURLs []string required list=set
PolicyRulesWithSubjects
  1 subjects []Subject required list=atomic
  2 resourceRules []ResourcePolicyRule list=atomic
  3 nonResourceRules []NonResourcePolicyRule list=atomic
PriorityLevelConfiguration kind
  1 metadata meta.v1.ObjectMeta
  2 spec PriorityLevelConfigurationSpec
  3 status PriorityLevelConfigurationStatus
PriorityLevelConfigurationCondition
  1 type string go=v1.PriorityLevelConfigurationConditionType
  2 status string go=v1.ConditionStatus
  3 lastTransitionTime Time
  4 reason string
  5 message string
PriorityLevelConfigurationReference
  1 name string required
PriorityLevelConfigurationSpec union=type(exempt:Exempt,limited:Limited)
  1 type string required go=v1.PriorityLevelEnablement
  2 limited *LimitedPriorityLevelConfiguration
  3 exempt *ExemptPriorityLevelConfiguration
PriorityLevelConfigurationStatus
  1 conditions []PriorityLevelConfigurationCondition list=map:type patch=merge:type
QueuingConfiguration
  1 queues int32 always default=0
  2 handSize int32 always default=0
  3 queueLengthLimit int32 always default=0
ResourcePolicyRule
  1 verbs []string required list=set
  2 apiGroups []string required list=set
  3 resources []string required list=set
  4 clusterScope bool
  5 namespaces []string always list=set
ServiceAccountSubject
  1 namespace string required
  2 name string required
Subject union=kind(group:Group,serviceAccount:ServiceAccount,user:User)
  1 kind string required go=v1.SubjectKind
  2 user *UserSubject
  3 group *GroupSubject
  4 serviceAccount *ServiceAccountSubject
UserSubject
  1 name string required
`,
};
