import type { SchemaSource } from "../idl.ts";

export const coreV1: SchemaSource = {
  name: "core.v1",
  group: "",
  version: "v1",
  package: "io.k8s.api.core.v1",
  types: `
AWSElasticBlockStoreVolumeSource
  1 volumeID string required
  2 fsType string
  3 partition int32
  4 readOnly bool
Affinity
  1 nodeAffinity *NodeAffinity
  2 podAffinity *PodAffinity
  3 podAntiAffinity *PodAntiAffinity
AppArmorProfile union=type(localhostProfile:LocalhostProfile)
  1 type string required go=v1.AppArmorProfileType enum=Localhost|RuntimeDefault|Unconfined
  2 localhostProfile *string
AttachedVolume
  1 name string required go=v1.UniqueVolumeName
  2 devicePath string required
AvoidPods
  1 preferAvoidPods []PreferAvoidPodsEntry
AzureDiskVolumeSource
  1 diskName string required
  2 diskURI string required
  3 cachingMode *string go=v1.AzureDataDiskCachingMode default="ReadWrite" enum=None|ReadOnly|ReadWrite
  4 fsType *string default="ext4"
  5 readOnly *bool default=false
  6 kind *string go=v1.AzureDataDiskKind default="Shared" enum=Dedicated|Managed|Shared
AzureFilePersistentVolumeSource
  1 secretName string required
  2 shareName string required
  3 readOnly bool
  4 secretNamespace *string always
AzureFileVolumeSource
  1 secretName string required
  2 shareName string required
  3 readOnly bool
Binding kind
  1 metadata meta.v1.ObjectMeta
  2 target ObjectReference required
CSIPersistentVolumeSource
  1 driver string required
  2 volumeHandle string required
  3 readOnly bool
  4 fsType string
  5 volumeAttributes map[]string
  6 controllerPublishSecretRef *SecretReference
  7 nodeStageSecretRef *SecretReference
  8 nodePublishSecretRef *SecretReference
  9 controllerExpandSecretRef *SecretReference
  10 nodeExpandSecretRef *SecretReference
CSIVolumeSource
  1 driver string required
  2 readOnly *bool
  3 fsType *string
  4 volumeAttributes map[]string
  5 nodePublishSecretRef *LocalObjectReference
Capabilities
  1 add []string go=[]v1.Capability list=atomic
  2 drop []string go=[]v1.Capability list=atomic
CephFSPersistentVolumeSource
  1 monitors []string required list=atomic
  2 path string
  3 user string
  4 secretFile string
  5 secretRef *SecretReference
  6 readOnly bool
CephFSVolumeSource
  1 monitors []string required list=atomic
  2 path string
  3 user string
  4 secretFile string
  5 secretRef *LocalObjectReference
  6 readOnly bool
CinderPersistentVolumeSource
  1 volumeID string required
  2 fsType string
  3 readOnly bool
  4 secretRef *SecretReference
CinderVolumeSource
  1 volumeID string required
  2 fsType string
  3 readOnly bool
  4 secretRef *LocalObjectReference
ClientIPConfig
  1 timeoutSeconds *int32
ClusterTrustBundleProjection
  1 name *string
  2 signerName *string
  3 labelSelector *meta.v1.LabelSelector
  5 optional *bool
  4 path string required
ComponentCondition
  1 type string required go=v1.ComponentConditionType
  2 status string required go=v1.ConditionStatus
  3 message string
  4 error string
ComponentStatus kind
  1 metadata meta.v1.ObjectMeta
  2 conditions []ComponentCondition list=map:type patch=merge:type
ConfigMap kind
  1 metadata meta.v1.ObjectMeta
  4 immutable *bool
  2 data map[]string
  3 binaryData map[]bytes
ConfigMapEnvSource
  1 ... LocalObjectReference
  2 optional *bool
ConfigMapKeySelector atomic
  1 ... LocalObjectReference
  2 key string required
  3 optional *bool
ConfigMapNodeConfigSource
  1 namespace string required
  2 name string required
  3 uid string go=types.UID
  4 resourceVersion string
  5 kubeletConfigKey string required
ConfigMapProjection
  1 ... LocalObjectReference
  2 items []KeyToPath list=atomic
  4 optional *bool
ConfigMapVolumeSource
  1 ... LocalObjectReference
  2 items []KeyToPath list=atomic
  3 defaultMode *int32
  4 optional *bool
Container
  1 name string required
  2 image string
  3 command []string list=atomic
  4 args []string list=atomic
  5 workingDir string
  6 ports []ContainerPort list=map:containerPort,protocol patch=merge:containerPort
  19 envFrom []EnvFromSource list=atomic
  7 env []EnvVar list=map:name patch=merge:name
  8 resources ResourceRequirements
  23 resizePolicy []ContainerResizePolicy list=atomic
  24 restartPolicy *string go=v1.ContainerRestartPolicy
  25 restartPolicyRules []ContainerRestartRule list=atomic
  9 volumeMounts []VolumeMount list=map:mountPath patch=merge:mountPath
  21 volumeDevices []VolumeDevice list=map:devicePath patch=merge:devicePath
  10 livenessProbe *Probe
  11 readinessProbe *Probe
  22 startupProbe *Probe
  12 lifecycle *Lifecycle
  13 terminationMessagePath string
  20 terminationMessagePolicy string go=v1.TerminationMessagePolicy enum=FallbackToLogsOnError|File
  14 imagePullPolicy string go=v1.PullPolicy enum=Always|IfNotPresent|Never
  15 securityContext *SecurityContext
  16 stdin bool
  17 stdinOnce bool
  18 tty bool
ContainerExtendedResourceRequest
  1 containerName string required
  2 resourceName string required
  3 requestName string required
ContainerImage
  1 names []string always list=atomic
  2 sizeBytes int64
ContainerPort
  1 name string
  2 hostPort int32
  3 containerPort int32 required default=0
  4 protocol string go=v1.Protocol default="TCP" enum=SCTP|TCP|UDP
  5 hostIP string
ContainerResizePolicy
  1 resourceName string required go=v1.ResourceName
  2 restartPolicy string required go=v1.ResourceResizeRestartPolicy
ContainerRestartRule
  1 action string required omitempty go=v1.ContainerRestartRuleAction
  2 exitCodes *ContainerRestartRuleOnExitCodes
ContainerRestartRuleOnExitCodes
  1 operator string required omitempty go=v1.ContainerRestartRuleOnExitCodesOperator
  2 values []int32 list=set
ContainerState
  1 waiting *ContainerStateWaiting
  2 running *ContainerStateRunning
  3 terminated *ContainerStateTerminated
ContainerStateRunning
  1 startedAt Time
ContainerStateTerminated
  1 exitCode int32 required default=0
  2 signal int32
  3 reason string
  4 message string
  5 startedAt Time
  6 finishedAt Time
  7 containerID string
ContainerStateWaiting
  1 reason string
  2 message string
ContainerStatus
  1 name string required
  2 state ContainerState
  3 lastState ContainerState
  4 ready bool required default=false
  5 restartCount int32 required default=0
  6 image string required
  7 imageID string required
  8 containerID string
  9 started *bool
  10 allocatedResources map[]Quantity go=v1.ResourceList
  11 resources *ResourceRequirements
  12 volumeMounts []VolumeMountStatus list=map:mountPath patch=merge:mountPath
  13 user *ContainerUser
  14 allocatedResourcesStatus []ResourceStatus list=map:name patch=merge:name
  15 stopSignal *string go=v1.Signal enum=SIGABRT|SIGALRM|SIGBUS|SIGCHLD|SIGCLD|SIGCONT|SIGFPE|SIGHUP|SIGILL|SIGINT|SIGIO|SIGIOT|SIGKILL|SIGPIPE|SIGPOLL|SIGPROF|SIGPWR|SIGQUIT|SIGRTMAX|SIGRTMAX-1|SIGRTMAX-10|SIGRTMAX-11|SIGRTMAX-12|SIGRTMAX-13|SIGRTMAX-14|SIGRTMAX-2|SIGRTMAX-3|SIGRTMAX-4|SIGRTMAX-5|SIGRTMAX-6|SIGRTMAX-7|SIGRTMAX-8|SIGRTMAX-9|SIGRTMIN|SIGRTMIN+1|SIGRTMIN+10|SIGRTMIN+11|SIGRTMIN+12|SIGRTMIN+13|SIGRTMIN+14|SIGRTMIN+15|SIGRTMIN+2|SIGRTMIN+3|SIGRTMIN+4|SIGRTMIN+5|SIGRTMIN+6|SIGRTMIN+7|SIGRTMIN+8|SIGRTMIN+9|SIGSEGV|SIGSTKFLT|SIGSTOP|SIGSYS|SIGTERM|SIGTRAP|SIGTSTP|SIGTTIN|SIGTTOU|SIGURG|SIGUSR1|SIGUSR2|SIGVTALRM|SIGWINCH|SIGXCPU|SIGXFSZ
ContainerUser
  1 linux *LinuxContainerUser
DaemonEndpoint
  1 Port int32 required default=0
DownwardAPIProjection
  1 items []DownwardAPIVolumeFile list=atomic
DownwardAPIVolumeFile
  1 path string required
  2 fieldRef *ObjectFieldSelector
  3 resourceFieldRef *ResourceFieldSelector
  4 mode *int32
DownwardAPIVolumeSource
  1 items []DownwardAPIVolumeFile list=atomic
  2 defaultMode *int32
EmptyDirVolumeSource
  1 medium string go=v1.StorageMedium
  2 sizeLimit *Quantity
EndpointAddress atomic
  1 ip string required
  3 hostname string
  4 nodeName *string
  2 targetRef *ObjectReference
EndpointPort atomic
  1 name string
  2 port int32 required default=0
  3 protocol string go=v1.Protocol enum=SCTP|TCP|UDP
  4 appProtocol *string
EndpointSubset
  1 addresses []EndpointAddress list=atomic
  2 notReadyAddresses []EndpointAddress list=atomic
  3 ports []EndpointPort list=atomic
Endpoints kind
  1 metadata meta.v1.ObjectMeta
  2 subsets []EndpointSubset list=atomic
EnvFromSource
  1 prefix string
  2 configMapRef *ConfigMapEnvSource
  3 secretRef *SecretEnvSource
EnvVar
  1 name string required
  2 value string
  3 valueFrom *EnvVarSource
EnvVarSource
  1 fieldRef *ObjectFieldSelector
  2 resourceFieldRef *ResourceFieldSelector
  3 configMapKeyRef *ConfigMapKeySelector
  4 secretKeyRef *SecretKeySelector
  5 fileKeyRef *FileKeySelector
EphemeralContainer
  1 ... EphemeralContainerCommon
  2 targetContainerName string
EphemeralContainerCommon
  1 name string required
  2 image string
  3 command []string list=atomic
  4 args []string list=atomic
  5 workingDir string
  6 ports []ContainerPort list=map:containerPort,protocol patch=merge:containerPort
  19 envFrom []EnvFromSource list=atomic
  7 env []EnvVar list=map:name patch=merge:name
  8 resources ResourceRequirements
  23 resizePolicy []ContainerResizePolicy list=atomic
  24 restartPolicy *string go=v1.ContainerRestartPolicy
  25 restartPolicyRules []ContainerRestartRule list=atomic
  9 volumeMounts []VolumeMount list=map:mountPath patch=merge:mountPath
  21 volumeDevices []VolumeDevice list=map:devicePath patch=merge:devicePath
  10 livenessProbe *Probe
  11 readinessProbe *Probe
  22 startupProbe *Probe
  12 lifecycle *Lifecycle
  13 terminationMessagePath string
  20 terminationMessagePolicy string go=v1.TerminationMessagePolicy enum=FallbackToLogsOnError|File
  14 imagePullPolicy string go=v1.PullPolicy enum=Always|IfNotPresent|Never
  15 securityContext *SecurityContext
  16 stdin bool
  17 stdinOnce bool
  18 tty bool
EphemeralVolumeSource
  1 volumeClaimTemplate *PersistentVolumeClaimTemplate
Event kind
  1 metadata meta.v1.ObjectMeta required
  2 involvedObject ObjectReference required
  3 reason string
  4 message string
  5 source EventSource
  6 firstTimestamp Time
  7 lastTimestamp Time
  8 count int32
  9 type string
  10 eventTime MicroTime
  11 series *EventSeries
  12 action string
  13 related *ObjectReference
  14 reportingComponent string always
  15 reportingInstance string always
EventSeries
  1 count int32
  2 lastObservedTime MicroTime
EventSource
  1 component string
  2 host string
ExecAction
  1 command []string list=atomic
FCVolumeSource
  1 targetWWNs []string list=atomic
  2 lun *int32
  3 fsType string
  4 readOnly bool
  5 wwids []string list=atomic
FileKeySelector atomic
  1 volumeName string required
  2 path string required
  3 key string required
  4 optional *bool default=false
FlexPersistentVolumeSource
  1 driver string required
  2 fsType string
  3 secretRef *SecretReference
  4 readOnly bool
  5 options map[]string
FlexVolumeSource
  1 driver string required
  2 fsType string
  3 secretRef *LocalObjectReference
  4 readOnly bool
  5 options map[]string
FlockerVolumeSource
  1 datasetName string
  2 datasetUUID string
GCEPersistentDiskVolumeSource
  1 pdName string required
  2 fsType string
  3 partition int32
  4 readOnly bool
GRPCAction
  1 port int32 required default=0
  2 service *string always default=""
GitRepoVolumeSource
  1 repository string required
  2 revision string
  3 directory string
GlusterfsPersistentVolumeSource
  1 endpoints string required
  2 path string required
  3 readOnly bool
  4 endpointsNamespace *string
GlusterfsVolumeSource
  1 endpoints string required
  2 path string required
  3 readOnly bool
HTTPGetAction
  1 path string
  2 port IntOrString required
  3 host string
  4 scheme string go=v1.URIScheme enum=HTTP|HTTPS
  5 httpHeaders []HTTPHeader list=atomic
HTTPHeader
  1 name string required
  2 value string required
HostAlias
  1 ip string required
  2 hostnames []string list=atomic
HostIP
  1 ip string required
HostPathVolumeSource
  1 path string required
  2 type *string go=v1.HostPathType enum=|BlockDevice|CharDevice|Directory|DirectoryOrCreate|File|FileOrCreate|Socket
ISCSIPersistentVolumeSource
  1 targetPortal string required
  2 iqn string required
  3 lun int32 required default=0
  4 iscsiInterface string default="default"
  5 fsType string
  6 readOnly bool
  7 portals []string list=atomic
  8 chapAuthDiscovery bool
  11 chapAuthSession bool
  10 secretRef *SecretReference
  12 initiatorName *string
ISCSIVolumeSource
  1 targetPortal string required
  2 iqn string required
  3 lun int32 required default=0
  4 iscsiInterface string default="default"
  5 fsType string
  6 readOnly bool
  7 portals []string list=atomic
  8 chapAuthDiscovery bool
  11 chapAuthSession bool
  10 secretRef *LocalObjectReference
  12 initiatorName *string
ImageVolumeSource
  1 reference string
  2 pullPolicy string go=v1.PullPolicy enum=Always|IfNotPresent|Never
ImageVolumeStatus
  1 imageRef string required omitempty
KeyToPath
  1 key string required
  2 path string required
  3 mode *int32
Lifecycle
  1 postStart *LifecycleHandler
  2 preStop *LifecycleHandler
  3 stopSignal *string go=v1.Signal enum=SIGABRT|SIGALRM|SIGBUS|SIGCHLD|SIGCLD|SIGCONT|SIGFPE|SIGHUP|SIGILL|SIGINT|SIGIO|SIGIOT|SIGKILL|SIGPIPE|SIGPOLL|SIGPROF|SIGPWR|SIGQUIT|SIGRTMAX|SIGRTMAX-1|SIGRTMAX-10|SIGRTMAX-11|SIGRTMAX-12|SIGRTMAX-13|SIGRTMAX-14|SIGRTMAX-2|SIGRTMAX-3|SIGRTMAX-4|SIGRTMAX-5|SIGRTMAX-6|SIGRTMAX-7|SIGRTMAX-8|SIGRTMAX-9|SIGRTMIN|SIGRTMIN+1|SIGRTMIN+10|SIGRTMIN+11|SIGRTMIN+12|SIGRTMIN+13|SIGRTMIN+14|SIGRTMIN+15|SIGRTMIN+2|SIGRTMIN+3|SIGRTMIN+4|SIGRTMIN+5|SIGRTMIN+6|SIGRTMIN+7|SIGRTMIN+8|SIGRTMIN+9|SIGSEGV|SIGSTKFLT|SIGSTOP|SIGSYS|SIGTERM|SIGTRAP|SIGTSTP|SIGTTIN|SIGTTOU|SIGURG|SIGUSR1|SIGUSR2|SIGVTALRM|SIGWINCH|SIGXCPU|SIGXFSZ
LifecycleHandler
  1 exec *ExecAction
  2 httpGet *HTTPGetAction
  3 tcpSocket *TCPSocketAction
  4 sleep *SleepAction
LimitRange kind
  1 metadata meta.v1.ObjectMeta
  2 spec LimitRangeSpec
LimitRangeItem
  1 type string required go=v1.LimitType
  2 max map[]Quantity go=v1.ResourceList
  3 min map[]Quantity go=v1.ResourceList
  4 default map[]Quantity go=v1.ResourceList
  5 defaultRequest map[]Quantity go=v1.ResourceList
  6 maxLimitRequestRatio map[]Quantity go=v1.ResourceList
LimitRangeSpec
  1 limits []LimitRangeItem required list=atomic
LinuxContainerUser
  1 uid int64 required default=0
  2 gid int64 required default=0
  3 supplementalGroups []int64 list=atomic
List
  1 metadata meta.v1.ListMeta
  2 items []RawExtension
LoadBalancerIngress
  1 ip string
  2 hostname string
  3 ipMode *string go=v1.LoadBalancerIPMode
  4 ports []PortStatus list=atomic
LoadBalancerStatus
  1 ingress []LoadBalancerIngress list=atomic
LocalObjectReference atomic
  1 name string default=""
LocalVolumeSource
  1 path string required
  2 fsType *string
ModifyVolumeStatus
  1 targetVolumeAttributesClassName string
  2 status string required go=v1.PersistentVolumeClaimModifyVolumeStatus enum=InProgress|Infeasible|Pending
NFSVolumeSource
  1 server string required
  2 path string required
  3 readOnly bool
Namespace kind
  1 metadata meta.v1.ObjectMeta
  2 spec NamespaceSpec
  3 status NamespaceStatus
NamespaceCondition
  1 type string required go=v1.NamespaceConditionType
  2 status string required go=v1.ConditionStatus
  4 lastTransitionTime Time
  5 reason string
  6 message string
NamespaceSpec
  1 finalizers []string go=[]v1.FinalizerName list=atomic
NamespaceStatus
  1 phase string go=v1.NamespacePhase enum=Active|Terminating
  2 conditions []NamespaceCondition list=map:type patch=merge:type
Node kind
  1 metadata meta.v1.ObjectMeta
  2 spec NodeSpec
  3 status NodeStatus
NodeAddress
  1 type string required go=v1.NodeAddressType
  2 address string required
NodeAffinity
  1 requiredDuringSchedulingIgnoredDuringExecution *NodeSelector
  2 preferredDuringSchedulingIgnoredDuringExecution []PreferredSchedulingTerm list=atomic
NodeAllocatableResourceClaimStatus
  1 resourceClaimName string required
  2 containers []string list=set
  3 resources map[]Quantity required go=map[v1.ResourceName]resource.Quantity
NodeCondition
  1 type string required go=v1.NodeConditionType
  2 status string required go=v1.ConditionStatus
  3 lastHeartbeatTime Time
  4 lastTransitionTime Time
  5 reason string
  6 message string
NodeConfigSource
  2 configMap *ConfigMapNodeConfigSource
NodeConfigStatus
  1 assigned *NodeConfigSource
  2 active *NodeConfigSource
  3 lastKnownGood *NodeConfigSource
  4 error string
NodeDaemonEndpoints
  1 kubeletEndpoint DaemonEndpoint
NodeFeatures
  1 supplementalGroupsPolicy *bool
NodeProxyOptions
  1 path string
NodeRuntimeHandler
  1 name string always
  2 features *NodeRuntimeHandlerFeatures
NodeRuntimeHandlerFeatures
  1 recursiveReadOnlyMounts *bool
  2 userNamespaces *bool
NodeSelector atomic
  1 nodeSelectorTerms []NodeSelectorTerm required list=atomic
NodeSelectorRequirement
  1 key string required
  2 operator string required go=v1.NodeSelectorOperator enum=DoesNotExist|Exists|Gt|In|Lt|NotIn
  3 values []string list=atomic
NodeSelectorTerm atomic
  1 matchExpressions []NodeSelectorRequirement list=atomic
  2 matchFields []NodeSelectorRequirement list=atomic
NodeSpec
  1 podCIDR string
  7 podCIDRs []string list=set patch=merge
  3 providerID string
  4 unschedulable bool
  5 taints []Taint list=atomic
  6 configSource *NodeConfigSource
  2 externalID string
NodeStatus
  1 capacity map[]Quantity go=v1.ResourceList
  2 allocatable map[]Quantity go=v1.ResourceList
  3 phase string go=v1.NodePhase enum=Pending|Running|Terminated
  4 conditions []NodeCondition list=map:type patch=merge:type
  5 addresses []NodeAddress list=map:type patch=merge:type
  6 daemonEndpoints NodeDaemonEndpoints
  7 nodeInfo NodeSystemInfo
  8 images []ContainerImage list=atomic
  9 volumesInUse []string go=[]v1.UniqueVolumeName list=atomic
  10 volumesAttached []AttachedVolume list=atomic
  11 config *NodeConfigStatus
  12 runtimeHandlers []NodeRuntimeHandler list=atomic
  13 features *NodeFeatures
  14 declaredFeatures []string list=atomic
NodeSwapStatus
  1 capacity *int64
NodeSystemInfo
  1 machineID string required
  2 systemUUID string required
  3 bootID string required
  4 kernelVersion string required
  5 osImage string required
  6 containerRuntimeVersion string required
  7 kubeletVersion string required
  8 kubeProxyVersion string required
  9 operatingSystem string required
  10 architecture string required
  11 swap *NodeSwapStatus
ObjectFieldSelector atomic
  1 apiVersion string
  2 fieldPath string required
ObjectReference atomic
  1 kind string
  2 namespace string
  3 name string
  4 uid string go=types.UID
  5 apiVersion string
  6 resourceVersion string
  7 fieldPath string
PersistentVolume kind
  1 metadata meta.v1.ObjectMeta
  2 spec PersistentVolumeSpec
  3 status PersistentVolumeStatus
PersistentVolumeClaim kind
  1 metadata meta.v1.ObjectMeta
  2 spec PersistentVolumeClaimSpec
  3 status PersistentVolumeClaimStatus
PersistentVolumeClaimCondition
  1 type string required go=v1.PersistentVolumeClaimConditionType
  2 status string required go=v1.ConditionStatus
  3 lastProbeTime Time
  4 lastTransitionTime Time
  5 reason string
  6 message string
PersistentVolumeClaimSpec
  1 accessModes []string go=[]v1.PersistentVolumeAccessMode list=atomic enum=ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod
  4 selector *meta.v1.LabelSelector
  2 resources VolumeResourceRequirements
  3 volumeName string
  5 storageClassName *string
  6 volumeMode *string go=v1.PersistentVolumeMode enum=Block|Filesystem
  7 dataSource *TypedLocalObjectReference
  8 dataSourceRef *TypedObjectReference
  9 volumeAttributesClassName *string
PersistentVolumeClaimStatus
  1 phase string go=v1.PersistentVolumeClaimPhase enum=Bound|Lost|Pending
  2 accessModes []string go=[]v1.PersistentVolumeAccessMode list=atomic enum=ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod
  3 capacity map[]Quantity go=v1.ResourceList
  4 conditions []PersistentVolumeClaimCondition list=map:type patch=merge:type
  5 allocatedResources map[]Quantity go=v1.ResourceList
  7 allocatedResourceStatuses map[]string go=map[v1.ResourceName]v1.ClaimResourceStatus map=granular enum=ControllerResizeInProgress|ControllerResizeInfeasible|NodeResizeInProgress|NodeResizeInfeasible|NodeResizePending
  8 currentVolumeAttributesClassName *string
  9 modifyVolumeStatus *ModifyVolumeStatus
PersistentVolumeClaimTemplate
  1 metadata meta.v1.ObjectMeta
  2 spec PersistentVolumeClaimSpec required
PersistentVolumeClaimVolumeSource
  1 claimName string required
  2 readOnly bool
PersistentVolumeSource
  1 gcePersistentDisk *GCEPersistentDiskVolumeSource
  2 awsElasticBlockStore *AWSElasticBlockStoreVolumeSource
  3 hostPath *HostPathVolumeSource
  4 glusterfs *GlusterfsPersistentVolumeSource
  5 nfs *NFSVolumeSource
  6 rbd *RBDPersistentVolumeSource
  7 iscsi *ISCSIPersistentVolumeSource
  8 cinder *CinderPersistentVolumeSource
  9 cephfs *CephFSPersistentVolumeSource
  10 fc *FCVolumeSource
  11 flocker *FlockerVolumeSource
  12 flexVolume *FlexPersistentVolumeSource
  13 azureFile *AzureFilePersistentVolumeSource
  14 vsphereVolume *VsphereVirtualDiskVolumeSource
  15 quobyte *QuobyteVolumeSource
  16 azureDisk *AzureDiskVolumeSource
  17 photonPersistentDisk *PhotonPersistentDiskVolumeSource
  18 portworxVolume *PortworxVolumeSource
  19 scaleIO *ScaleIOPersistentVolumeSource
  20 local *LocalVolumeSource
  21 storageos *StorageOSPersistentVolumeSource
  22 csi *CSIPersistentVolumeSource
PersistentVolumeSpec
  1 capacity map[]Quantity go=v1.ResourceList
  2 ... PersistentVolumeSource
  3 accessModes []string go=[]v1.PersistentVolumeAccessMode list=atomic enum=ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod
  4 claimRef *ObjectReference map=granular
  5 persistentVolumeReclaimPolicy string go=v1.PersistentVolumeReclaimPolicy enum=Delete|Recycle|Retain
  6 storageClassName string
  7 mountOptions []string list=atomic
  8 volumeMode *string go=v1.PersistentVolumeMode enum=Block|Filesystem
  9 nodeAffinity *VolumeNodeAffinity
  10 volumeAttributesClassName *string
PersistentVolumeStatus
  1 phase string go=v1.PersistentVolumePhase enum=Available|Bound|Failed|Pending|Released
  2 message string
  3 reason string
  4 lastPhaseTransitionTime *Time
PhotonPersistentDiskVolumeSource
  1 pdID string required
  2 fsType string
Pod kind
  1 metadata meta.v1.ObjectMeta
  2 spec PodSpec
  3 status PodStatus
PodAffinity
  1 requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm list=atomic
  2 preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm list=atomic
PodAffinityTerm
  1 labelSelector *meta.v1.LabelSelector
  2 namespaces []string list=atomic
  3 topologyKey string required
  4 namespaceSelector *meta.v1.LabelSelector
  5 matchLabelKeys []string list=atomic
  6 mismatchLabelKeys []string list=atomic
PodAntiAffinity
  1 requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm list=atomic
  2 preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm list=atomic
PodAttachOptions
  1 stdin bool
  2 stdout bool
  3 stderr bool
  4 tty bool
  5 container string
PodCertificateProjection
  1 signerName string required omitempty
  2 keyType string required omitempty
  3 maxExpirationSeconds *int32
  4 credentialBundlePath string
  5 keyPath string
  6 certificateChainPath string
  7 userAnnotations map[]string
PodCondition
  1 type string required go=v1.PodConditionType
  7 observedGeneration int64
  2 status string required go=v1.ConditionStatus
  3 lastProbeTime Time
  4 lastTransitionTime Time
  5 reason string
  6 message string
PodDNSConfig
  1 nameservers []string list=atomic
  2 searches []string list=atomic
  3 options []PodDNSConfigOption list=atomic
PodDNSConfigOption
  1 name string
  2 value *string
PodExecOptions
  1 stdin bool
  2 stdout bool
  3 stderr bool
  4 tty bool
  5 container string
  6 command []string always
PodExtendedResourceClaimStatus
  1 requestMappings []ContainerExtendedResourceRequest required list=atomic
  2 resourceClaimName string required
PodIP
  1 ip string required
PodLogOptions
  1 container string
  2 follow bool
  3 previous bool
  4 sinceSeconds *int64
  5 sinceTime *Time
  6 timestamps bool
  7 tailLines *int64
  8 limitBytes *int64
  9 insecureSkipTLSVerifyBackend bool
  10 stream *string
PodOS
  1 name string required go=v1.OSName
PodPortForwardOptions
  1 ports []int32
PodProxyOptions
  1 path string
PodReadinessGate
  1 conditionType string required go=v1.PodConditionType
PodResourceClaim
  1 name string required
  3 resourceClaimName *string
  4 resourceClaimTemplateName *string
PodResourceClaimStatus
  1 name string required
  2 resourceClaimName *string
PodSchedulingGate
  1 name string required
PodSchedulingGroup union=(podGroupName:PodGroupName)
  1 podGroupName *string
PodSecurityContext
  1 seLinuxOptions *SELinuxOptions
  8 windowsOptions *WindowsSecurityContextOptions
  2 runAsUser *int64
  6 runAsGroup *int64
  3 runAsNonRoot *bool
  4 supplementalGroups []int64 list=atomic
  12 supplementalGroupsPolicy *string go=v1.SupplementalGroupsPolicy enum=Merge|Strict
  5 fsGroup *int64
  7 sysctls []Sysctl list=atomic
  9 fsGroupChangePolicy *string go=v1.PodFSGroupChangePolicy enum=Always|OnRootMismatch
  10 seccompProfile *SeccompProfile
  11 appArmorProfile *AppArmorProfile
  13 seLinuxChangePolicy *string go=v1.PodSELinuxChangePolicy
PodSignature
  1 podController *meta.v1.OwnerReference
PodSpec
  1 volumes []Volume list=map:name patch=merge,retainKeys:name
  20 initContainers []Container list=map:name patch=merge:name
  2 containers []Container required list=map:name patch=merge:name
  34 ephemeralContainers []EphemeralContainer list=map:name patch=merge:name
  3 restartPolicy string go=v1.RestartPolicy enum=Always|Never|OnFailure
  4 terminationGracePeriodSeconds *int64
  5 activeDeadlineSeconds *int64
  6 dnsPolicy string go=v1.DNSPolicy enum=ClusterFirst|ClusterFirstWithHostNet|Default|None
  7 nodeSelector map[]string map=atomic
  8 serviceAccountName string
  9 serviceAccount string
  21 automountServiceAccountToken *bool
  10 nodeName string
  11 hostNetwork bool
  12 hostPID bool
  13 hostIPC bool
  27 shareProcessNamespace *bool
  14 securityContext *PodSecurityContext
  15 imagePullSecrets []LocalObjectReference list=map:name patch=merge:name
  16 hostname string
  17 subdomain string
  18 affinity *Affinity
  19 schedulerName string
  22 tolerations []Toleration list=atomic
  23 hostAliases []HostAlias list=map:ip patch=merge:ip
  24 priorityClassName string
  25 priority *int32
  26 dnsConfig *PodDNSConfig
  28 readinessGates []PodReadinessGate list=atomic
  29 runtimeClassName *string
  30 enableServiceLinks *bool
  31 preemptionPolicy *string go=v1.PreemptionPolicy enum=Never|PreemptLowerPriority
  32 overhead map[]Quantity go=v1.ResourceList
  33 topologySpreadConstraints []TopologySpreadConstraint list=map:topologyKey,whenUnsatisfiable patch=merge:topologyKey
  35 setHostnameAsFQDN *bool
  36 os *PodOS
  37 hostUsers *bool
  38 schedulingGates []PodSchedulingGate list=map:name patch=merge:name
  39 resourceClaims []PodResourceClaim list=map:name patch=merge,retainKeys:name
  40 resources *ResourceRequirements
  41 hostnameOverride *string
  43 schedulingGroup *PodSchedulingGroup
PodStatus
  17 observedGeneration int64
  1 phase string go=v1.PodPhase enum=Failed|Pending|Running|Succeeded|Unknown
  2 conditions []PodCondition list=map:type patch=merge:type
  3 message string
  4 reason string
  11 nominatedNodeName string
  5 hostIP string
  16 hostIPs []HostIP list=atomic patch=merge:ip
  6 podIP string
  12 podIPs []PodIP list=map:ip patch=merge:ip
  7 startTime *Time
  10 initContainerStatuses []ContainerStatus list=atomic
  8 containerStatuses []ContainerStatus list=atomic
  9 qosClass string go=v1.PodQOSClass enum=BestEffort|Burstable|Guaranteed
  13 ephemeralContainerStatuses []ContainerStatus list=atomic
  14 resize string go=v1.PodResizeStatus
  15 resourceClaimStatuses []PodResourceClaimStatus list=map:name patch=merge,retainKeys:name
  18 extendedResourceClaimStatus *PodExtendedResourceClaimStatus
  19 allocatedResources map[]Quantity go=v1.ResourceList
  20 resources *ResourceRequirements
  21 nodeAllocatableResourceClaimStatuses []NodeAllocatableResourceClaimStatus list=atomic
PodStatusResult
  1 metadata meta.v1.ObjectMeta
  2 status PodStatus
PodTemplate kind
  1 metadata meta.v1.ObjectMeta
  2 template PodTemplateSpec
PodTemplateSpec
  1 metadata meta.v1.ObjectMeta
  2 spec PodSpec
PortStatus
  1 port int32 required default=0
  2 protocol string required go=v1.Protocol enum=SCTP|TCP|UDP
  3 error *string
PortworxVolumeSource
  1 volumeID string required
  2 fsType string
  3 readOnly bool
Preconditions
  1 uid *string go=types.UID
PreferAvoidPodsEntry
  1 podSignature PodSignature always
  2 evictionTime Time
  3 reason string
  4 message string
PreferredSchedulingTerm
  1 weight int32 required default=0
  2 preference NodeSelectorTerm required
Probe
  1 ... ProbeHandler
  2 initialDelaySeconds int32
  3 timeoutSeconds int32
  4 periodSeconds int32
  5 successThreshold int32
  6 failureThreshold int32
  7 terminationGracePeriodSeconds *int64
ProbeHandler
  1 exec *ExecAction
  2 httpGet *HTTPGetAction
  3 tcpSocket *TCPSocketAction
  4 grpc *GRPCAction
ProjectedVolumeSource
  1 sources []VolumeProjection always list=atomic
  2 defaultMode *int32
QuobyteVolumeSource
  1 registry string required
  2 volume string required
  3 readOnly bool
  4 user string
  5 group string
  6 tenant string
RBDPersistentVolumeSource
  1 monitors []string required list=atomic
  2 image string required
  3 fsType string
  4 pool string default="rbd"
  5 user string default="admin"
  6 keyring string default="/etc/ceph/keyring"
  7 secretRef *SecretReference
  8 readOnly bool
RBDVolumeSource
  1 monitors []string required list=atomic
  2 image string required
  3 fsType string
  4 pool string default="rbd"
  5 user string default="admin"
  6 keyring string default="/etc/ceph/keyring"
  7 secretRef *LocalObjectReference
  8 readOnly bool
RangeAllocation
  1 metadata meta.v1.ObjectMeta
  2 range string always
  3 data bytes always
ReplicationController kind
  1 metadata meta.v1.ObjectMeta
  2 spec ReplicationControllerSpec
  3 status ReplicationControllerStatus
ReplicationControllerCondition
  1 type string required go=v1.ReplicationControllerConditionType
  2 status string required go=v1.ConditionStatus
  3 lastTransitionTime Time
  4 reason string
  5 message string
ReplicationControllerSpec
  1 replicas *int32 default=1
  4 minReadySeconds int32 default=0
  2 selector map[]string map=atomic
  3 template *PodTemplateSpec
ReplicationControllerStatus
  1 replicas int32 required default=0
  2 fullyLabeledReplicas int32
  4 readyReplicas int32
  5 availableReplicas int32
  3 observedGeneration int64
  6 conditions []ReplicationControllerCondition list=map:type patch=merge:type
ResourceClaim
  1 name string required
  2 request string
ResourceFieldSelector atomic
  1 containerName string
  2 resource string required
  3 divisor Quantity
ResourceHealth
  1 resourceID string required go=v1.ResourceID
  2 health string go=v1.ResourceHealthStatus
  6 message *string
ResourceQuota kind
  1 metadata meta.v1.ObjectMeta
  2 spec ResourceQuotaSpec
  3 status ResourceQuotaStatus
ResourceQuotaSpec
  1 hard map[]Quantity go=v1.ResourceList
  2 scopes []string go=[]v1.ResourceQuotaScope list=atomic enum=BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating|VolumeAttributesClass
  3 scopeSelector *ScopeSelector
ResourceQuotaStatus
  1 hard map[]Quantity go=v1.ResourceList
  2 used map[]Quantity go=v1.ResourceList
ResourceRequirements
  1 limits map[]Quantity go=v1.ResourceList
  2 requests map[]Quantity go=v1.ResourceList
  3 claims []ResourceClaim list=map:name
ResourceStatus
  1 name string required go=v1.ResourceName
  2 resources []ResourceHealth list=map:resourceID
SELinuxOptions
  1 user string
  2 role string
  3 type string
  4 level string
ScaleIOPersistentVolumeSource
  1 gateway string required
  2 system string required
  3 secretRef *SecretReference required
  4 sslEnabled bool
  5 protectionDomain string
  6 storagePool string
  7 storageMode string default="ThinProvisioned"
  8 volumeName string
  9 fsType string default="xfs"
  10 readOnly bool
ScaleIOVolumeSource
  1 gateway string required
  2 system string required
  3 secretRef *LocalObjectReference required
  4 sslEnabled bool
  5 protectionDomain string
  6 storagePool string
  7 storageMode string default="ThinProvisioned"
  8 volumeName string
  9 fsType string default="xfs"
  10 readOnly bool
ScopeSelector atomic
  1 matchExpressions []ScopedResourceSelectorRequirement list=atomic
ScopedResourceSelectorRequirement
  1 scopeName string required go=v1.ResourceQuotaScope enum=BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating|VolumeAttributesClass
  2 operator string required go=v1.ScopeSelectorOperator enum=DoesNotExist|Exists|In|NotIn
  3 values []string list=atomic
SeccompProfile union=type(localhostProfile:LocalhostProfile)
  1 type string required go=v1.SeccompProfileType enum=Localhost|RuntimeDefault|Unconfined
  2 localhostProfile *string
Secret kind
  1 metadata meta.v1.ObjectMeta
  5 immutable *bool
  2 data map[]bytes
  4 stringData map[]string
  3 type string go=v1.SecretType
SecretEnvSource
  1 ... LocalObjectReference
  2 optional *bool
SecretKeySelector atomic
  1 ... LocalObjectReference
  2 key string required
  3 optional *bool
SecretProjection
  1 ... LocalObjectReference
  2 items []KeyToPath list=atomic
  4 optional *bool
SecretReference atomic
  1 name string
  2 namespace string
SecretVolumeSource
  1 secretName string
  2 items []KeyToPath list=atomic
  3 defaultMode *int32
  4 optional *bool
SecurityContext
  1 capabilities *Capabilities
  2 privileged *bool
  3 seLinuxOptions *SELinuxOptions
  10 windowsOptions *WindowsSecurityContextOptions
  4 runAsUser *int64
  8 runAsGroup *int64
  5 runAsNonRoot *bool
  6 readOnlyRootFilesystem *bool
  7 allowPrivilegeEscalation *bool
  9 procMount *string go=v1.ProcMountType enum=Default|Unmasked
  11 seccompProfile *SeccompProfile
  12 appArmorProfile *AppArmorProfile
SerializedReference
  1 reference ObjectReference
Service kind
  1 metadata meta.v1.ObjectMeta
  2 spec ServiceSpec
  3 status ServiceStatus
ServiceAccount kind
  1 metadata meta.v1.ObjectMeta
  2 secrets []ObjectReference list=map:name patch=merge:name
  3 imagePullSecrets []LocalObjectReference list=atomic
  4 automountServiceAccountToken *bool
ServiceAccountTokenProjection
  1 audience string
  2 expirationSeconds *int64
  3 path string required
ServicePort
  1 name string
  2 protocol string go=v1.Protocol default="TCP" enum=SCTP|TCP|UDP
  6 appProtocol *string
  3 port int32 required default=0
  4 targetPort IntOrString
  5 nodePort int32
ServiceProxyOptions
  1 path string
ServiceSpec
  1 ports []ServicePort list=map:port,protocol patch=merge:port
  2 selector map[]string map=atomic
  3 clusterIP string
  18 clusterIPs []string list=atomic
  4 type string go=v1.ServiceType enum=ClusterIP|ExternalName|LoadBalancer|NodePort
  5 externalIPs []string list=atomic
  7 sessionAffinity string go=v1.ServiceAffinity enum=ClientIP|None
  8 loadBalancerIP string
  9 loadBalancerSourceRanges []string list=atomic
  10 externalName string
  11 externalTrafficPolicy string go=v1.ServiceExternalTrafficPolicy enum=Cluster|Local
  12 healthCheckNodePort int32
  13 publishNotReadyAddresses bool
  14 sessionAffinityConfig *SessionAffinityConfig
  19 ipFamilies []string go=[]v1.IPFamily list=atomic enum=|IPv4|IPv6
  17 ipFamilyPolicy *string go=v1.IPFamilyPolicy enum=PreferDualStack|RequireDualStack|SingleStack
  20 allocateLoadBalancerNodePorts *bool
  21 loadBalancerClass *string
  22 internalTrafficPolicy *string go=v1.ServiceInternalTrafficPolicy enum=Cluster|Local
  23 trafficDistribution *string
ServiceStatus
  1 loadBalancer LoadBalancerStatus
  2 conditions []meta.v1.Condition list=map:type patch=merge:type
SessionAffinityConfig
  1 clientIP *ClientIPConfig
SleepAction
  1 seconds int64 required default=0
StorageOSPersistentVolumeSource
  1 volumeName string
  2 volumeNamespace string
  3 fsType string
  4 readOnly bool
  5 secretRef *ObjectReference
StorageOSVolumeSource
  1 volumeName string
  2 volumeNamespace string
  3 fsType string
  4 readOnly bool
  5 secretRef *LocalObjectReference
Sysctl
  1 name string required
  2 value string required
TCPSocketAction
  1 port IntOrString required
  2 host string
Taint
  1 key string required
  2 value string
  3 effect string required go=v1.TaintEffect enum=NoExecute|NoSchedule|PreferNoSchedule
  4 timeAdded *Time
Toleration
  1 key string
  2 operator string go=v1.TolerationOperator enum=Equal|Exists|Gt|Lt
  3 value string
  4 effect string go=v1.TaintEffect enum=NoExecute|NoSchedule|PreferNoSchedule
  5 tolerationSeconds *int64
TopologySelectorLabelRequirement
  1 key string required
  2 values []string required list=atomic
TopologySelectorTerm atomic
  1 matchLabelExpressions []TopologySelectorLabelRequirement list=atomic
TopologySpreadConstraint
  1 maxSkew int32 required default=0
  2 topologyKey string required
  3 whenUnsatisfiable string required go=v1.UnsatisfiableConstraintAction enum=DoNotSchedule|ScheduleAnyway
  4 labelSelector *meta.v1.LabelSelector
  5 minDomains *int32
  6 nodeAffinityPolicy *string go=v1.NodeInclusionPolicy enum=Honor|Ignore
  7 nodeTaintsPolicy *string go=v1.NodeInclusionPolicy enum=Honor|Ignore
  8 matchLabelKeys []string list=atomic
TypedLocalObjectReference atomic
  1 apiGroup *string always
  2 kind string required
  3 name string required
TypedObjectReference
  1 apiGroup *string always
  2 kind string required
  3 name string required
  4 namespace *string
Volume
  1 name string required
  2 ... VolumeSource
VolumeDevice
  1 name string required
  2 devicePath string required
VolumeMount
  1 name string required
  2 readOnly bool
  7 recursiveReadOnly *string go=v1.RecursiveReadOnlyMode
  3 mountPath string required
  4 subPath string
  5 mountPropagation *string go=v1.MountPropagationMode enum=Bidirectional|HostToContainer|None
  6 subPathExpr string
VolumeMountStatus
  1 name string required
  2 mountPath string required
  3 readOnly bool
  4 recursiveReadOnly *string go=v1.RecursiveReadOnlyMode
  5 volumeStatus *VolumeStatus
VolumeNodeAffinity
  1 required *NodeSelector
VolumeProjection
  1 secret *SecretProjection
  2 downwardAPI *DownwardAPIProjection
  3 configMap *ConfigMapProjection
  4 serviceAccountToken *ServiceAccountTokenProjection
  5 clusterTrustBundle *ClusterTrustBundleProjection
  6 podCertificate *PodCertificateProjection
VolumeResourceRequirements
  1 limits map[]Quantity go=v1.ResourceList
  2 requests map[]Quantity go=v1.ResourceList
VolumeSource
  1 hostPath *HostPathVolumeSource
  2 emptyDir *EmptyDirVolumeSource
  3 gcePersistentDisk *GCEPersistentDiskVolumeSource
  4 awsElasticBlockStore *AWSElasticBlockStoreVolumeSource
  5 gitRepo *GitRepoVolumeSource
  6 secret *SecretVolumeSource
  7 nfs *NFSVolumeSource
  8 iscsi *ISCSIVolumeSource
  9 glusterfs *GlusterfsVolumeSource
  10 persistentVolumeClaim *PersistentVolumeClaimVolumeSource
  11 rbd *RBDVolumeSource
  12 flexVolume *FlexVolumeSource
  13 cinder *CinderVolumeSource
  14 cephfs *CephFSVolumeSource
  15 flocker *FlockerVolumeSource
  16 downwardAPI *DownwardAPIVolumeSource
  17 fc *FCVolumeSource
  18 azureFile *AzureFileVolumeSource
  19 configMap *ConfigMapVolumeSource
  20 vsphereVolume *VsphereVirtualDiskVolumeSource
  21 quobyte *QuobyteVolumeSource
  22 azureDisk *AzureDiskVolumeSource
  23 photonPersistentDisk *PhotonPersistentDiskVolumeSource
  26 projected *ProjectedVolumeSource
  24 portworxVolume *PortworxVolumeSource
  25 scaleIO *ScaleIOVolumeSource
  27 storageos *StorageOSVolumeSource
  28 csi *CSIVolumeSource
  29 ephemeral *EphemeralVolumeSource
  30 image *ImageVolumeSource
VolumeStatus
  1 image *ImageVolumeStatus
VsphereVirtualDiskVolumeSource
  1 volumePath string required
  2 fsType string
  3 storagePolicyName string
  4 storagePolicyID string
WeightedPodAffinityTerm
  1 weight int32 required default=0
  2 podAffinityTerm PodAffinityTerm required
WindowsSecurityContextOptions
  1 gmsaCredentialSpecName *string
  2 gmsaCredentialSpec *string
  3 runAsUserName *string
  4 hostProcess *bool
`,
};
