import type { SchemaSource } from "../idl.ts";

export const storageV1: SchemaSource = {
  name: "storage.v1",
  group: "storage.k8s.io",
  version: "v1",
  package: "io.k8s.api.storage.v1",
  types: `
CSIDriver kind
  1 metadata meta.v1.ObjectMeta
  2 spec CSIDriverSpec required
CSIDriverSpec
  1 attachRequired *bool
  2 podInfoOnMount *bool
  3 volumeLifecycleModes []string go=[]v1.VolumeLifecycleMode list=set
  4 storageCapacity *bool
  5 fsGroupPolicy *string go=v1.FSGroupPolicy
  6 tokenRequests []TokenRequest list=atomic
  7 requiresRepublish *bool
  8 seLinuxMount *bool
  9 nodeAllocatableUpdatePeriodSeconds *int64
  10 serviceAccountTokenInSecrets *bool
  11 preventPodSchedulingIfMissing *bool
CSINode kind
  1 metadata meta.v1.ObjectMeta
  2 spec CSINodeSpec required
CSINodeDriver
  1 name string required
  2 nodeID string required
  3 topologyKeys []string always list=atomic
  4 allocatable *VolumeNodeResources
CSINodeSpec
  1 drivers []CSINodeDriver required list=map:name patch=merge:name
CSIStorageCapacity kind
  1 metadata meta.v1.ObjectMeta
  2 nodeTopology *meta.v1.LabelSelector
  3 storageClassName string required
  4 capacity *Quantity
  5 maximumVolumeSize *Quantity
StorageClass kind
  1 metadata meta.v1.ObjectMeta
  2 provisioner string required
  3 parameters map[]string
  4 reclaimPolicy *string go=v1.PersistentVolumeReclaimPolicy enum=Delete|Recycle|Retain
  5 mountOptions []string list=atomic
  6 allowVolumeExpansion *bool
  7 volumeBindingMode *string go=v1.VolumeBindingMode enum=Immediate|WaitForFirstConsumer
  8 allowedTopologies []core.v1.TopologySelectorTerm list=atomic
TokenRequest
  1 audience string required
  2 expirationSeconds *int64
VolumeAttachment kind
  1 metadata meta.v1.ObjectMeta
  2 spec VolumeAttachmentSpec required
  3 status VolumeAttachmentStatus
VolumeAttachmentSource
  1 persistentVolumeName *string
  2 inlineVolumeSpec *core.v1.PersistentVolumeSpec
VolumeAttachmentSpec
  1 attacher string required
  2 source VolumeAttachmentSource required
  3 nodeName string required
VolumeAttachmentStatus
  1 attached bool required default=false
  2 attachmentMetadata map[]string
  3 attachError *VolumeError
  4 detachError *VolumeError
VolumeAttributesClass kind
  1 metadata meta.v1.ObjectMeta
  2 driverName string required
  3 parameters map[]string
VolumeError
  1 time Time
  2 message string
  3 errorCode *int32
VolumeNodeResources
  1 count *int32
`,
};
