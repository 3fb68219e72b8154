import type { SchemaSource } from "../idl.ts";

export const metaV1: SchemaSource = {
  name: "meta.v1",
  group: "meta",
  version: "v1",
  package: "io.k8s.apimachinery.pkg.apis.meta.v1",
  types: `
APIGroup kind
  1 name string required
  2 versions []GroupVersionForDiscovery required list=atomic
  3 preferredVersion GroupVersionForDiscovery
  4 serverAddressByClientCIDRs []ServerAddressByClientCIDR list=atomic
APIGroupList kind
  1 groups []APIGroup required list=atomic
APIResource
  1 name string required
  6 singularName string required
  2 namespaced bool required default=false
  8 group string
  9 version string
  3 kind string required
  4 verbs StringList required go=v1.Verbs
  5 shortNames []string list=atomic
  7 categories []string list=atomic
  10 storageVersionHash string
APIResourceList kind
  1 groupVersion string required
  2 resources []APIResource required list=atomic
APIVersions kind
  1 versions []string required list=atomic
  2 serverAddressByClientCIDRs []ServerAddressByClientCIDR required list=atomic
ApplyOptions kind
  1 dryRun []string
  2 force bool always
  3 fieldManager string always
Condition
  1 type string required
  2 status string required go=v1.ConditionStatus
  3 observedGeneration int64
  4 lastTransitionTime Time required
  5 reason string required
  6 message string required
CreateOptions kind
  1 dryRun []string
  3 fieldManager string
  4 fieldValidation string
DeleteOptions kind
  1 gracePeriodSeconds *int64
  2 preconditions *Preconditions
  3 orphanDependents *bool
  4 propagationPolicy *string go=v1.DeletionPropagation
  5 dryRun []string list=atomic
  6 ignoreStoreReadErrorWithClusterBreakingPotential *bool
FieldSelectorRequirement
  1 key string required
  2 operator string required go=v1.FieldSelectorOperator
  3 values []string list=atomic
GetOptions kind
  1 resourceVersion string
GroupKind
  1 group string always
  2 kind string always
GroupResource
  1 group string always
  2 resource string always
GroupVersion
  1 group string always
  2 version string always
GroupVersionForDiscovery
  1 groupVersion string required
  2 version string required
GroupVersionKind
  1 group string always
  2 version string always
  3 kind string always
GroupVersionResource
  1 group string always
  2 version string always
  3 resource string always
LabelSelector atomic
  1 matchLabels map[]string
  2 matchExpressions []LabelSelectorRequirement list=atomic
LabelSelectorRequirement
  1 key string required
  2 operator string required go=v1.LabelSelectorOperator
  3 values []string list=atomic
List
  1 metadata ListMeta
  2 items []RawExtension always
ListMeta
  1 selfLink string
  2 resourceVersion string
  3 continue string
  4 remainingItemCount *int64
  5 shardInfo *ShardInfo
ListOptions kind
  1 labelSelector string
  2 fieldSelector string
  3 watch bool
  9 allowWatchBookmarks bool
  4 resourceVersion string
  10 resourceVersionMatch string go=v1.ResourceVersionMatch
  5 timeoutSeconds *int64
  7 limit int64
  8 continue string
  11 sendInitialEvents *bool
  15 shardSelector string
ManagedFieldsEntry
  1 manager string
  2 operation string go=v1.ManagedFieldsOperationType
  3 apiVersion string
  4 time *Time
  6 fieldsType string
  7 fieldsV1 *FieldsV1
  8 subresource string
ObjectMeta
  1 name string
  2 generateName string
  3 namespace string
  4 selfLink string
  5 uid string go=types.UID
  6 resourceVersion string
  7 generation int64
  8 creationTimestamp Time omitzero
  9 deletionTimestamp *Time
  10 deletionGracePeriodSeconds *int64
  11 labels map[]string
  12 annotations map[]string
  13 ownerReferences []OwnerReference list=map:uid patch=merge:uid
  14 finalizers []string list=set patch=merge
  17 managedFields []ManagedFieldsEntry list=atomic
OwnerReference atomic
  5 apiVersion string required
  1 kind string required
  3 name string required
  4 uid string required go=types.UID
  6 controller *bool
  7 blockOwnerDeletion *bool
PartialObjectMetadata kind
  1 metadata ObjectMeta
PatchOptions kind
  1 dryRun []string
  2 force *bool
  3 fieldManager string
  4 fieldValidation string
Preconditions
  1 uid *string go=types.UID
  2 resourceVersion *string
RootPaths
  1 paths []string always
ServerAddressByClientCIDR
  1 clientCIDR string required
  2 serverAddress string required
ShardInfo
  1 selector string required
Status kind
  1 metadata ListMeta
  2 status string
  3 message string
  4 reason string go=v1.StatusReason
  5 details *StatusDetails
  6 code int32
StatusCause
  1 reason string go=v1.CauseType
  2 message string
  3 field string
StatusDetails
  1 name string
  2 group string
  3 kind string
  6 uid string go=types.UID
  4 causes []StatusCause list=atomic
  5 retryAfterSeconds int32
TableOptions kind
  1 includeObject string go=v1.IncludeObjectPolicy
TypeMeta
  1 kind string
  2 apiVersion string
UpdateOptions kind
  1 dryRun []string
  2 fieldManager string
  3 fieldValidation string
WatchEvent
  1 type string required
  2 object RawExtension required
`,
};
