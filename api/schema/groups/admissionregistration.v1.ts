import type { SchemaSource } from "../idl.ts";

export const admissionregistrationV1: SchemaSource = {
  name: "admissionregistration.v1",
  group: "admissionregistration.k8s.io",
  version: "v1",
  package: "io.k8s.api.admissionregistration.v1",
  types: `
ApplyConfiguration
  1 expression string
AuditAnnotation
  1 key string required
  2 valueExpression string required
ExpressionWarning
  2 fieldRef string required
  3 warning string required
JSONPatch
  1 expression string
MatchCondition
  1 name string required
  2 expression string required
MatchResources atomic
  1 namespaceSelector *meta.v1.LabelSelector
  2 objectSelector *meta.v1.LabelSelector
  3 resourceRules []NamedRuleWithOperations list=atomic
  4 excludeResourceRules []NamedRuleWithOperations list=atomic
  7 matchPolicy *string go=v1.MatchPolicyType enum=Equivalent|Exact
MutatingAdmissionPolicy kind
  1 metadata meta.v1.ObjectMeta
  2 spec MutatingAdmissionPolicySpec
MutatingAdmissionPolicyBinding kind
  1 metadata meta.v1.ObjectMeta
  2 spec MutatingAdmissionPolicyBindingSpec
MutatingAdmissionPolicyBindingSpec
  1 policyName string
  2 paramRef *ParamRef
  3 matchResources *MatchResources
MutatingAdmissionPolicySpec
  1 paramKind *ParamKind
  2 matchConstraints *MatchResources
  3 variables []Variable list=atomic
  4 mutations []Mutation list=atomic
  5 failurePolicy *string go=v1.FailurePolicyType enum=Fail|Ignore
  6 matchConditions []MatchCondition list=map:name patch=merge:name
  7 reinvocationPolicy string go=v1.ReinvocationPolicyType enum=IfNeeded|Never
MutatingWebhook
  1 name string required
  2 clientConfig WebhookClientConfig required
  3 rules []RuleWithOperations list=atomic
  4 failurePolicy *string go=v1.FailurePolicyType enum=Fail|Ignore
  9 matchPolicy *string go=v1.MatchPolicyType enum=Equivalent|Exact
  5 namespaceSelector *meta.v1.LabelSelector
  11 objectSelector *meta.v1.LabelSelector
  6 sideEffects *string required go=v1.SideEffectClass enum=None|NoneOnDryRun|Some|Unknown
  7 timeoutSeconds *int32
  8 admissionReviewVersions []string required list=atomic
  10 reinvocationPolicy *string go=v1.ReinvocationPolicyType enum=IfNeeded|Never
  12 matchConditions []MatchCondition list=map:name patch=merge:name
MutatingWebhookConfiguration kind
  1 metadata meta.v1.ObjectMeta
  2 webhooks []MutatingWebhook list=map:name patch=merge:name
Mutation
  2 patchType string required go=v1.PatchType enum=ApplyConfiguration|JSONPatch
  3 applyConfiguration *ApplyConfiguration
  4 jsonPatch *JSONPatch
NamedRuleWithOperations atomic
  1 resourceNames []string list=atomic
  2 ... RuleWithOperations
ParamKind atomic
  1 apiVersion string
  2 kind string
ParamRef atomic
  1 name string
  2 namespace string
  3 selector *meta.v1.LabelSelector
  4 parameterNotFoundAction *string go=v1.ParameterNotFoundActionType
Rule
  1 apiGroups []string list=atomic
  2 apiVersions []string list=atomic
  3 resources []string list=atomic
  4 scope *string go=v1.ScopeType enum=*|Cluster|Namespaced
RuleWithOperations
  1 operations []string go=[]v1.OperationType list=atomic enum=*|CONNECT|CREATE|DELETE|UPDATE
  2 ... Rule
ServiceReference
  1 namespace string required
  2 name string required
  3 path *string
  4 port *int32
TypeChecking
  1 expressionWarnings []ExpressionWarning list=atomic
ValidatingAdmissionPolicy kind
  1 metadata meta.v1.ObjectMeta
  2 spec ValidatingAdmissionPolicySpec
  3 status ValidatingAdmissionPolicyStatus
ValidatingAdmissionPolicyBinding kind
  1 metadata meta.v1.ObjectMeta
  2 spec ValidatingAdmissionPolicyBindingSpec required omitempty
ValidatingAdmissionPolicyBindingSpec
  1 policyName string required omitempty
  2 paramRef *ParamRef
  3 matchResources *MatchResources
  4 validationActions []string required omitempty go=[]v1.ValidationAction list=set enum=Audit|Deny|Warn
ValidatingAdmissionPolicySpec
  1 paramKind *ParamKind
  2 matchConstraints *MatchResources
  3 validations []Validation list=atomic
  4 failurePolicy *string go=v1.FailurePolicyType enum=Fail|Ignore
  5 auditAnnotations []AuditAnnotation list=atomic
  6 matchConditions []MatchCondition list=map:name patch=merge:name
  7 variables []Variable list=map:name patch=merge:name
ValidatingAdmissionPolicyStatus
  1 observedGeneration int64
  2 typeChecking *TypeChecking
  3 conditions []meta.v1.Condition list=map:type
ValidatingWebhook
  1 name string required
  2 clientConfig WebhookClientConfig required
  3 rules []RuleWithOperations list=atomic
  4 failurePolicy *string go=v1.FailurePolicyType enum=Fail|Ignore
  9 matchPolicy *string go=v1.MatchPolicyType enum=Equivalent|Exact
  5 namespaceSelector *meta.v1.LabelSelector
  10 objectSelector *meta.v1.LabelSelector
  6 sideEffects *string required go=v1.SideEffectClass enum=None|NoneOnDryRun|Some|Unknown
  7 timeoutSeconds *int32
  8 admissionReviewVersions []string required list=atomic
  11 matchConditions []MatchCondition list=map:name patch=merge:name
ValidatingWebhookConfiguration kind
  1 metadata meta.v1.ObjectMeta
  2 webhooks []ValidatingWebhook list=map:name patch=merge:name
Validation
  1 expression string required
  2 message string
  3 reason *string go=v1.StatusReason
  4 messageExpression string
Variable atomic
  1 name string required
  2 expression string required
WebhookClientConfig
  3 url *string
  1 service *ServiceReference
  2 caBundle bytes
`,
};
