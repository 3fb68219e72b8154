import type { SchemaSource } from "../idl.ts";

export const apiextensionsV1: SchemaSource = {
  name: "apiextensions.v1",
  group: "apiextensions.k8s.io",
  version: "v1",
  package: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1",
  types: `
ConversionRequest
  1 uid string always go=types.UID
  2 desiredAPIVersion string always
  3 objects []RawExtension always
ConversionResponse
  1 uid string always go=types.UID
  2 convertedObjects []RawExtension always
  3 result meta.v1.Status always
ConversionReview
  1 request *ConversionRequest
  2 response *ConversionResponse
CustomResourceColumnDefinition
  1 name string required
  2 type string required
  3 format string
  4 description string
  5 priority int32
  6 jsonPath string required
CustomResourceConversion
  1 strategy string required go=v1.ConversionStrategyType
  2 webhook *WebhookConversion
CustomResourceDefinition kind
  1 metadata meta.v1.ObjectMeta
  2 spec CustomResourceDefinitionSpec required
  3 status CustomResourceDefinitionStatus
CustomResourceDefinitionCondition
  1 type string required go=v1.CustomResourceDefinitionConditionType
  2 status string required go=v1.ConditionStatus
  3 lastTransitionTime Time
  4 reason string
  5 message string
  6 observedGeneration int64
CustomResourceDefinitionNames
  1 plural string required
  2 singular string
  3 shortNames []string list=atomic
  4 kind string required
  5 listKind string
  6 categories []string list=atomic
CustomResourceDefinitionSpec
  1 group string required
  3 names CustomResourceDefinitionNames required
  4 scope string required go=v1.ResourceScope
  7 versions []CustomResourceDefinitionVersion required list=atomic
  9 conversion *CustomResourceConversion
  10 preserveUnknownFields bool
CustomResourceDefinitionStatus
  1 conditions []CustomResourceDefinitionCondition always list=map:type
  2 acceptedNames CustomResourceDefinitionNames always
  3 storedVersions []string always list=atomic
  4 observedGeneration int64
CustomResourceDefinitionVersion
  1 name string required
  2 served bool required default=false
  3 storage bool required default=false
  7 deprecated bool
  8 deprecationWarning *string
  4 schema *CustomResourceValidation
  5 subresources *CustomResourceSubresources
  6 additionalPrinterColumns []CustomResourceColumnDefinition list=atomic
  9 selectableFields []SelectableField list=atomic
CustomResourceSubresourceScale
  1 specReplicasPath string required
  2 statusReplicasPath string required
  3 labelSelectorPath *string
CustomResourceSubresourceStatus
CustomResourceSubresources
  1 status *CustomResourceSubresourceStatus
  2 scale *CustomResourceSubresourceScale
CustomResourceValidation
  1 openAPIV3Schema *JSONSchemaProps
ExternalDocumentation
  1 description string
  2 url string
JSONSchemaProps
  1 id string
  2 $schema string go=v1.JSONSchemaURL
  3 $ref *string
  4 description string
  5 type string
  6 format string
  7 title string
  8 default *JSON
  9 maximum *double
  10 exclusiveMaximum bool
  11 minimum *double
  12 exclusiveMinimum bool
  13 maxLength *int64
  14 minLength *int64
  15 pattern string
  16 maxItems *int64
  17 minItems *int64
  18 uniqueItems bool
  19 multipleOf *double
  20 enum []JSON list=atomic
  21 maxProperties *int64
  22 minProperties *int64
  23 required []string list=atomic
  24 items *JSONSchemaPropsOrArray
  25 allOf []JSONSchemaProps list=atomic
  26 oneOf []JSONSchemaProps list=atomic
  27 anyOf []JSONSchemaProps list=atomic
  28 not *JSONSchemaProps
  29 properties map[]JSONSchemaProps
  30 additionalProperties *JSONSchemaPropsOrBool
  31 patternProperties map[]JSONSchemaProps
  32 dependencies map[]JSONSchemaPropsOrStringArray go=v1.JSONSchemaDependencies
  33 additionalItems *JSONSchemaPropsOrBool
  34 definitions map[]JSONSchemaProps go=v1.JSONSchemaDefinitions
  35 externalDocs *ExternalDocumentation
  36 example *JSON
  37 nullable bool
  38 x-kubernetes-preserve-unknown-fields *bool
  39 x-kubernetes-embedded-resource bool
  40 x-kubernetes-int-or-string bool
  41 x-kubernetes-list-map-keys []string list=atomic
  42 x-kubernetes-list-type *string
  43 x-kubernetes-map-type *string
  44 x-kubernetes-validations []ValidationRule go=v1.ValidationRules list=map:rule patch=merge:rule
SelectableField
  1 jsonPath string required
ServiceReference
  1 namespace string required
  2 name string required
  3 path *string
  4 port *int32
ValidationRule
  1 rule string required
  2 message string
  3 messageExpression string
  4 reason *string go=v1.FieldValueErrorReason enum=FieldValueDuplicate|FieldValueForbidden|FieldValueInvalid|FieldValueRequired
  5 fieldPath string
  6 optionalOldSelf *bool
WebhookClientConfig
  3 url *string
  1 service *ServiceReference
  2 caBundle bytes
WebhookConversion
  2 clientConfig *WebhookClientConfig
  3 conversionReviewVersions []string required list=atomic
`,
};
