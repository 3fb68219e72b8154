import type { SchemaSource } from "../idl.ts";

export const resourceV1: SchemaSource = {
  name: "resource.v1",
  group: "resource.k8s.io",
  version: "v1",
  package: "io.k8s.api.resource.v1",
  types: `
AllocatedDeviceStatus
  1 driver string required
  2 pool string required
  3 device string required
  7 shareID *string
  4 conditions []meta.v1.Condition always list=map:type
  5 data *RawExtension
  6 networkData *NetworkDeviceData
AllocationResult
  1 devices DeviceAllocationResult
  3 nodeSelector *core.v1.NodeSelector
  5 allocationTimestamp *Time
CELDeviceSelector
  1 expression string required
CapacityRequestPolicy
  1 default *Quantity always
  3 validValues []Quantity list=atomic
  4 validRange *CapacityRequestPolicyRange
CapacityRequestPolicyRange
  1 min *Quantity required omitempty
  2 max *Quantity
  3 step *Quantity
CapacityRequirements
  1 requests map[]Quantity go=map[v1.QualifiedName]resource.Quantity
Counter
  1 value Quantity required
CounterSet
  1 name string required
  2 counters map[]Counter required omitempty
Device
  1 name string required
  2 attributes map[]DeviceAttribute go=map[v1.QualifiedName]v1.DeviceAttribute
  3 capacity map[]DeviceCapacity go=map[v1.QualifiedName]v1.DeviceCapacity
  4 consumesCounters []DeviceCounterConsumption list=atomic
  5 nodeName *string
  6 nodeSelector *core.v1.NodeSelector
  7 allNodes *bool
  8 taints []DeviceTaint list=atomic
  9 bindsToNode *bool
  10 bindingConditions []string list=atomic
  11 bindingFailureConditions []string list=atomic
  12 allowMultipleAllocations *bool
  13 nodeAllocatableResourceMappings map[]NodeAllocatableResourceMapping go=map[v1.ResourceName]v1.NodeAllocatableResourceMapping
DeviceAllocationConfiguration
  1 source string required go=v1.AllocationConfigSource enum=FromClaim|FromClass
  2 requests []string list=atomic
  3 ... DeviceConfiguration
DeviceAllocationResult
  1 results []DeviceRequestAllocationResult list=atomic
  2 config []DeviceAllocationConfiguration list=atomic
DeviceAttribute
  2 int *int64
  3 bool *bool
  4 string *string
  5 version *string
  6 ints []int64 list=atomic
  7 bools []bool list=atomic
  8 strings []string list=atomic
  9 versions []string list=atomic
DeviceCapacity
  1 value Quantity required
  2 requestPolicy *CapacityRequestPolicy
DeviceClaim
  1 requests []DeviceRequest always list=atomic
  2 constraints []DeviceConstraint list=atomic
  3 config []DeviceClaimConfiguration list=atomic
DeviceClaimConfiguration
  1 requests []string list=atomic
  2 ... DeviceConfiguration
DeviceClass kind
  1 metadata meta.v1.ObjectMeta
  2 spec DeviceClassSpec required
DeviceClassConfiguration
  1 ... DeviceConfiguration
DeviceClassSpec
  1 selectors []DeviceSelector list=atomic
  2 config []DeviceClassConfiguration list=atomic
  4 extendedResourceName *string
DeviceConfiguration
  1 opaque *OpaqueDeviceConfiguration
DeviceConstraint
  1 requests []string list=atomic
  2 matchAttribute *string go=v1.FullyQualifiedName
  3 distinctAttribute *string go=v1.FullyQualifiedName
DeviceCounterConsumption
  1 counterSet string required
  2 counters map[]Counter required omitempty
DeviceRequest
  1 name string required
  2 exactly *ExactDeviceRequest
  3 firstAvailable []DeviceSubRequest list=atomic
DeviceRequestAllocationResult
  1 request string required
  2 driver string required
  3 pool string required
  4 device string required
  5 adminAccess *bool
  6 tolerations []DeviceToleration list=atomic
  7 bindingConditions []string list=atomic
  8 bindingFailureConditions []string list=atomic
  9 shareID *string go=types.UID
  10 consumedCapacity map[]Quantity go=map[v1.QualifiedName]resource.Quantity
DeviceSelector
  1 cel *CELDeviceSelector
DeviceSubRequest
  1 name string required
  2 deviceClassName string required
  3 selectors []DeviceSelector list=atomic
  4 allocationMode string go=v1.DeviceAllocationMode enum=All|ExactCount
  5 count int64
  6 tolerations []DeviceToleration list=atomic
  7 capacity *CapacityRequirements
DeviceTaint
  1 key string required
  2 value string
  3 effect string required go=v1.DeviceTaintEffect enum=NoExecute|NoSchedule|None
  4 timeAdded *Time
DeviceToleration
  1 key string
  2 operator string go=v1.DeviceTolerationOperator default="Equal" enum=Equal|Exists
  3 value string
  4 effect string go=v1.DeviceTaintEffect enum=NoExecute|NoSchedule|None
  5 tolerationSeconds *int64
ExactDeviceRequest
  1 deviceClassName string required
  2 selectors []DeviceSelector list=atomic
  3 allocationMode string go=v1.DeviceAllocationMode enum=All|ExactCount
  4 count int64
  5 adminAccess *bool
  6 tolerations []DeviceToleration list=atomic
  7 capacity *CapacityRequirements
NetworkDeviceData
  1 interfaceName string
  2 ips []string list=atomic
  3 hardwareAddress string
NodeAllocatableResourceMapping
  1 capacityKey *string go=v1.QualifiedName
  2 allocationMultiplier *Quantity
OpaqueDeviceConfiguration
  1 driver string required
  2 parameters RawExtension required
ResourceClaim kind
  1 metadata meta.v1.ObjectMeta
  2 spec ResourceClaimSpec required
  3 status ResourceClaimStatus
ResourceClaimConsumerReference
  1 apiGroup string
  3 resource string required
  4 name string required
  5 uid string required go=types.UID
ResourceClaimSpec
  1 devices DeviceClaim always
ResourceClaimStatus
  1 allocation *AllocationResult
  2 reservedFor []ResourceClaimConsumerReference list=map:uid patch=merge:uid
  4 devices []AllocatedDeviceStatus list=map:driver,device,pool,shareID
ResourceClaimTemplate kind
  1 metadata meta.v1.ObjectMeta
  2 spec ResourceClaimTemplateSpec required
ResourceClaimTemplateSpec
  1 metadata meta.v1.ObjectMeta
  2 spec ResourceClaimSpec required
ResourcePool
  1 name string required
  2 generation int64 required default=0
  3 resourceSliceCount int64 required default=0
ResourceSlice kind
  1 metadata meta.v1.ObjectMeta
  2 spec ResourceSliceSpec required
ResourceSliceSpec
  1 driver string required
  2 pool ResourcePool required
  3 nodeName *string
  4 nodeSelector *core.v1.NodeSelector
  5 allNodes *bool
  6 devices []Device list=atomic
  7 perDeviceNodeSelection *bool
  8 sharedCounters []CounterSet list=atomic
`,
};
