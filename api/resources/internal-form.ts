/**
 * A value as Kubernetes prints its internal structs in messages: every field by its Go name in Go's order, absent ones
 * as Go's zero values. The internal structs have no JSON names, hence `RestartPolicy` and `null`.
 */
import { sortedMap } from "../machinery/field-checks.ts";
import { canonicalJson } from "../machinery/json/json-canonical.ts";
import { goFieldName } from "../schema/go-names.ts";
import { zeroOf } from "../schema/go-struct.ts";
import { isImplicitEmptyList } from "../schema/implicit-empty-list.ts";
import { type Field, findStruct, structOf } from "../schema/table.ts";

/**
 * Internal structs that differ from the schema: one line each, with Go's field names in order. A field's zero is null
 * unless it follows: `Name=""`. `...X` includes the fields of X.
 */
const STRUCTS = `
PodSpec Volumes InitContainers Containers EphemeralContainers RestartPolicy="" TerminationGracePeriodSeconds ActiveDeadlineSeconds DNSPolicy="" NodeSelector ServiceAccountName="" AutomountServiceAccountToken NodeName="" SecurityContext ImagePullSecrets Hostname="" Subdomain="" SetHostnameAsFQDN Affinity SchedulerName="" Tolerations HostAliases PriorityClassName="" Priority PreemptionPolicy DNSConfig ReadinessGates RuntimeClassName Overhead EnableServiceLinks TopologySpreadConstraints OS SchedulingGates ResourceClaims Resources HostnameOverride SchedulingGroup
PodSecurityContext HostNetwork=false HostPID=false HostIPC=false ShareProcessNamespace HostUsers SELinuxOptions WindowsOptions RunAsUser RunAsGroup RunAsNonRoot SupplementalGroups SupplementalGroupsPolicy FSGroup FSGroupChangePolicy Sysctls SeccompProfile AppArmorProfile SELinuxChangePolicy
SecurityContext Capabilities Privileged SELinuxOptions WindowsOptions RunAsUser RunAsGroup RunAsNonRoot ReadOnlyRootFilesystem AllowPrivilegeEscalation ProcMount SeccompProfile AppArmorProfile
Container Name="" Image="" Command Args WorkingDir="" Ports EnvFrom Env Resources={} ResizePolicy RestartPolicy RestartPolicyRules VolumeMounts VolumeDevices LivenessProbe ReadinessProbe StartupProbe Lifecycle TerminationMessagePath="" TerminationMessagePolicy="" ImagePullPolicy="" SecurityContext Stdin=false StdinOnce=false TTY=false
EphemeralContainer ...Container TargetContainerName=""
ContainerPort Name="" HostPort=0 ContainerPort=0 Protocol="" HostIP=""
EnvVar Name="" Value="" ValueFrom
EnvVarSource FieldRef ResourceFieldRef ConfigMapKeyRef SecretKeyRef FileKeyRef
EnvFromSource Prefix="" ConfigMapRef SecretRef
ResourceRequirements Limits Requests Claims
VolumeResourceRequirements Limits Requests
ResourceClaim Name="" Request=""
VolumeMount Name="" ReadOnly=false RecursiveReadOnly MountPath="" SubPath="" MountPropagation SubPathExpr=""
VolumeDevice Name="" DevicePath=""
Probe Exec HTTPGet TCPSocket GRPC InitialDelaySeconds=0 TimeoutSeconds=0 PeriodSeconds=0 SuccessThreshold=0 FailureThreshold=0 TerminationGracePeriodSeconds
HTTPGetAction Path="" Port=0 Host="" Scheme="" HTTPHeaders
TCPSocketAction Port=0 Host=""
GRPCAction Port=0 Service
Lifecycle PostStart PreStop StopSignal
LifecycleHandler Exec HTTPGet TCPSocket Sleep
Toleration Key="" Operator="" Value="" Effect="" TolerationSeconds
Volume Name="" HostPath EmptyDir GCEPersistentDisk AWSElasticBlockStore GitRepo Secret NFS ISCSI Glusterfs PersistentVolumeClaim RBD Quobyte FlexVolume Cinder CephFS Flocker DownwardAPI FC AzureFile ConfigMap VsphereVolume AzureDisk PhotonPersistentDisk Projected PortworxVolume ScaleIO StorageOS CSI Ephemeral Image
EmptyDirVolumeSource Medium="" SizeLimit
SecretVolumeSource SecretName="" Items DefaultMode Optional
ConfigMapVolumeSource Name="" Items DefaultMode Optional
HostPathVolumeSource Path="" Type
NFSVolumeSource Server="" Path="" ReadOnly=false
PersistentVolumeClaimVolumeSource ClaimName="" ReadOnly=false
ProjectedVolumeSource Sources DefaultMode
VolumeProjection Secret DownwardAPI ConfigMap ServiceAccountToken ClusterTrustBundle PodCertificate
ServiceAccountTokenProjection Audience="" ExpirationSeconds=0 Path=""
PersistentVolumeSource GCEPersistentDisk AWSElasticBlockStore HostPath Glusterfs NFS RBD Quobyte ISCSI FlexVolume Cinder CephFS FC Flocker AzureFile VsphereVolume AzureDisk PhotonPersistentDisk PortworxVolume ScaleIO Local StorageOS CSI
PersistentVolumeSpec Capacity ...PersistentVolumeSource AccessModes ClaimRef PersistentVolumeReclaimPolicy="" StorageClassName="" MountOptions VolumeMode NodeAffinity VolumeAttributesClassName
PersistentVolumeClaimSpec AccessModes Selector Resources={} VolumeName="" StorageClassName VolumeMode DataSource DataSourceRef VolumeAttributesClassName
TopologySpreadConstraint MaxSkew=0 TopologyKey="" WhenUnsatisfiable="" LabelSelector MinDomains NodeAffinityPolicy NodeTaintsPolicy MatchLabelKeys
`;

interface InternalField {
  readonly goName: string;
  readonly zero: unknown;
}

let parsed: ReadonlyMap<string, readonly InternalField[]> | undefined;

function parse(): ReadonlyMap<string, readonly InternalField[]> {
  const structs = new Map<string, readonly InternalField[]>();
  for (const line of STRUCTS.trim().split("\n")) {
    const [struct = "", ...fields] = line.split(" ");
    structs.set(
      struct,
      fields.flatMap((field) => {
        if (field.startsWith("...")) return structs.get(field.slice(3)) ?? [];
        const [goName = "", zero = "null"] = field.split("=");
        return [{ goName, zero: JSON.parse(zero) as unknown }];
      }),
    );
  }
  return structs;
}

/**
 * `type` is a struct of the schema table, or an internal struct that is not in it: `core.v1.PersistentVolumeSource`.
 */
export function internalForm(type: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value ?? null;
  if (type.startsWith("meta.")) return canonicalJson(value, structOf(type));
  const own = value as Readonly<Record<string, unknown>>;
  const short = type.slice(type.lastIndexOf(".") + 1);
  const schema = findStruct(short === "PersistentVolumeSource" ? "core.v1.PersistentVolumeSpec" : type);
  if (!schema) return value;
  const source = short === "PodSpec" ? withHostFields(own) : own;
  parsed ??= parse();
  const internal = parsed.get(short);
  if (internal) {
    const here = [...schema.fields.values(), ...(short === "PodSecurityContext" ? hostFields() : [])];
    const fields = new Map(here.map((field) => [goFieldName(type, field.name), field]));
    return Object.fromEntries(
      internal.map(({ goName, zero }) => {
        const field = fields.get(goName);
        return [goName, field ? formOf(field, source[field.name], zero) : zero];
      }),
    );
  }
  const form: Record<string, unknown> = {};
  // Metadata is embedded, with its JSON names.
  for (const field of schema.fields.values())
    if (field.type === "meta.v1.ObjectMeta") Object.assign(form, internalForm(field.type, source[field.name] ?? {}));
    else form[goFieldName(type, field.name)] = formOf(field, source[field.name], zeroOf(field));
  return form;
}

/** Fields of the pod's spec on the wire that Kubernetes internally keeps in the security context. */
const HOST_FIELDS = ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"];

const hostFields = () =>
  [...structOf("core.v1.PodSpec").fields.values()].filter(({ name }) => HOST_FIELDS.includes(name));

function withHostFields(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const context = spec.securityContext as object | undefined;
  const host = Object.fromEntries(HOST_FIELDS.map((name) => [name, spec[name]]));
  return { ...spec, securityContext: { ...context, ...host } };
}

function formOf(field: Field, value: unknown, zero: unknown): unknown {
  if (value === undefined || value === null)
    return typeof zero === "object" && zero !== null ? internalForm(field.type, {}) : zero;
  if (isImplicitEmptyList(value)) return null;
  if (field.shape === "list") return (value as unknown[]).map((item) => internalForm(field.type, item));
  if (field.shape === "map") return sortedMap(value as Readonly<Record<string, unknown>>);
  return internalForm(field.type, value);
}
