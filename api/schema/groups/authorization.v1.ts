import type { SchemaSource } from "../idl.ts";

export const authorizationV1: SchemaSource = {
  name: "authorization.v1",
  group: "authorization.k8s.io",
  version: "v1",
  package: "io.k8s.api.authorization.v1",
  types: `
FieldSelectorAttributes
  1 rawSelector string
  2 requirements []meta.v1.FieldSelectorRequirement list=atomic
LabelSelectorAttributes
  1 rawSelector string
  2 requirements []meta.v1.LabelSelectorRequirement list=atomic
LocalSubjectAccessReview kind
  1 metadata meta.v1.ObjectMeta
  2 spec SubjectAccessReviewSpec required
  3 status SubjectAccessReviewStatus
NonResourceAttributes
  1 path string
  2 verb string
NonResourceRule
  1 verbs []string required list=atomic
  2 nonResourceURLs []string list=atomic
ResourceAttributes
  1 namespace string
  2 verb string
  3 group string
  4 version string
  5 resource string
  6 subresource string
  7 name string
  8 fieldSelector *FieldSelectorAttributes
  9 labelSelector *LabelSelectorAttributes
ResourceRule
  1 verbs []string required list=atomic
  2 apiGroups []string list=atomic
  3 resources []string list=atomic
  4 resourceNames []string list=atomic
SelfSubjectAccessReview kind
  1 metadata meta.v1.ObjectMeta
  2 spec SelfSubjectAccessReviewSpec required
  3 status SubjectAccessReviewStatus
SelfSubjectAccessReviewSpec
  1 resourceAttributes *ResourceAttributes
  2 nonResourceAttributes *NonResourceAttributes
SelfSubjectRulesReview kind
  1 metadata meta.v1.ObjectMeta
  2 spec SelfSubjectRulesReviewSpec required
  3 status SubjectRulesReviewStatus
SelfSubjectRulesReviewSpec
  1 namespace string
SubjectAccessReview kind
  1 metadata meta.v1.ObjectMeta
  2 spec SubjectAccessReviewSpec required
  3 status SubjectAccessReviewStatus
SubjectAccessReviewSpec
  1 resourceAttributes *ResourceAttributes
  2 nonResourceAttributes *NonResourceAttributes
  3 user string
  4 groups []string list=atomic
  5 extra map[]StringList go=map[string]v1.ExtraValue
  6 uid string
SubjectAccessReviewStatus
  1 allowed bool required default=false
  4 denied bool
  2 reason string
  3 evaluationError string
SubjectRulesReviewStatus
  1 resourceRules []ResourceRule required list=atomic
  2 nonResourceRules []NonResourceRule required list=atomic
  3 incomplete bool required default=false
  4 evaluationError string
`,
};
