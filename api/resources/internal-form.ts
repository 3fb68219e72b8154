/**
 * A value as Kubernetes prints its internal structs in messages: every field by its Go name in Go's order, absent ones
 * as Go's zero values. The internal structs have no JSON names, hence `RestartPolicy` and `null`.
 */
import { sortedMap } from "../machinery/field-checks.ts";
import { goName, zeroOf } from "../schema/go-struct.ts";
import { type Field, findStruct } from "../schema/table.ts";

/**
 * The internal structs that messages show most, where they differ from the schema: a line each, of Go's field names in
 * order. A field's zero is null unless it follows: `Name=""`. `...X` takes in the fields of X.
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
PersistentVolumeClaimSpec AccessModes Selector Resources={} VolumeName="" StorageClassName VolumeMode DataSource DataSourceRef VolumeAttributesClassName
TopologySpreadConstraint MaxSkew=0 TopologyKey="" WhenUnsatisfiable="" LabelSelector MinDomains NodeAffinityPolicy NodeTaintsPolicy MatchLabelKeys
`;

const RENAMED: Readonly<Record<string, string>> = {
  "AzureDiskVolumeSource.diskURI": "DataDiskURI",
  "GlusterfsVolumeSource.endpoints": "EndpointsName",
  "GlusterfsPersistentVolumeSource.endpoints": "EndpointsName",
  ...Object.fromEntries(
    ["RBDVolumeSource", "RBDPersistentVolumeSource"].flatMap((struct) => [
      [`${struct}.monitors`, "CephMonitors"],
      [`${struct}.image`, "RBDImage"],
      [`${struct}.pool`, "RBDPool"],
      [`${struct}.user`, "RadosUser"],
    ]),
  ),
};

interface InternalField {
  readonly goName: string;
  readonly name: string;
  readonly zero: unknown;
}

let parsed: ReadonlyMap<string, readonly InternalField[]> | undefined;

function fieldsOf(struct: string): readonly InternalField[] | undefined {
  parsed ??= parse();
  return parsed.get(struct);
}

function parse(): ReadonlyMap<string, readonly InternalField[]> {
  const structs = new Map<string, readonly InternalField[]>();
  for (const line of STRUCTS.trim().split("\n")) {
    const [struct = "", ...fields] = line.split(" ");
    structs.set(
      struct,
      fields.flatMap((field) => {
        if (field.startsWith("...")) return structs.get(field.slice(3)) ?? [];
        const [goName = "", zero = "null"] = field.split("=");
        return [{ goName, name: jsonName(goName), zero: JSON.parse(zero) as unknown }];
      }),
    );
  }
  return structs;
}

const IRREGULAR: Readonly<Record<string, string>> = { CephFS: "cephfs", StorageOS: "storageos" };

/** `DNSPolicy` is dnsPolicy, `TTY` tty, `HostPID` hostPID. */
const jsonName = (goName: string) =>
  IRREGULAR[goName] ?? goName.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (initials) => initials.toLowerCase());

/** `type` is a struct of the schema table, or one of the internal structs that it has not: `core.v1.PersistentVolumeSource`. */
export function internalForm(type: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || type.startsWith("meta.")) return value ?? null;
  const own = value as Readonly<Record<string, unknown>>;
  const short = type.slice(type.lastIndexOf(".") + 1);
  const schema = findStruct(short === "PersistentVolumeSource" ? "core.v1.PersistentVolumeSpec" : type);
  if (!schema) return value;
  const source = short === "PodSpec" ? withHostFields(own) : own;
  const form: Record<string, unknown> = {};
  const fields = fieldsOf(short);
  if (!fields) {
    for (const field of schema.fields.values()) {
      // Metadata is embedded, under the names that it has in JSON.
      if (field.type === "meta.v1.ObjectMeta") Object.assign(form, source[field.name]);
      else
        form[RENAMED[`${short}.${field.name}`] ?? goName(field.name)] = formOf(
          field,
          source[field.name],
          zeroOf(field),
        );
    }
    return form;
  }
  for (const { goName: shown, name, zero } of fields) form[shown] = formOf(schema.fields.get(name), source[name], zero);
  return form;
}

/** What is a field of the pod's spec on the wire, Kubernetes keeps with the security context. */
function withHostFields(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } = spec;
  const context = spec.securityContext as object | undefined;
  const host = { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers };
  return { ...spec, securityContext: { ...context, ...host } };
}

function formOf(field: Field | undefined, value: unknown, zero: unknown): unknown {
  if (!field) return value ?? zero;
  if (value === undefined || value === null)
    return typeof zero === "object" && zero !== null ? internalForm(field.type, {}) : zero;
  if (field.shape === "list" && Array.isArray(value) && value.length === 0) return null;
  if (field.shape === "list") return (value as unknown[]).map((item) => internalForm(field.type, item));
  if (field.shape === "map") return sortedMap(value as Readonly<Record<string, unknown>>);
  return internalForm(field.type, value);
}
