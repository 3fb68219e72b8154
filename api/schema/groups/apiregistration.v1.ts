import type { SchemaSource } from "../idl.ts";

export const apiregistrationV1: SchemaSource = {
  name: "apiregistration.v1",
  group: "apiregistration.k8s.io",
  version: "v1",
  package: "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1",
  types: `
APIService kind
  1 metadata meta.v1.ObjectMeta
  2 spec APIServiceSpec
  3 status APIServiceStatus
APIServiceCondition
  1 type string required go=v1.APIServiceConditionType
  2 status string required go=v1.ConditionStatus
  3 lastTransitionTime Time
  4 reason string
  5 message string
APIServiceSpec
  1 service *ServiceReference
  2 group string
  3 version string
  4 insecureSkipTLSVerify bool
  5 caBundle bytes list=atomic
  7 groupPriorityMinimum int32 required default=0
  8 versionPriority int32 required default=0
APIServiceStatus
  1 conditions []APIServiceCondition list=map:type patch=merge:type
ServiceReference
  1 namespace string
  2 name string
  3 port *int32
`,
};
