/** The types of the built-in resources that are stored, by group resource: code that names one gets its type. */
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from "../generated/admissionregistration.v1.ts";
import type { CustomResourceDefinition } from "../generated/apiextensions.v1.ts";
import type { APIService } from "../generated/apiregistration.v1.ts";
import type { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from "../generated/apps.v1.ts";
import type { HorizontalPodAutoscaler } from "../generated/autoscaling.v2.ts";
import type { CronJob, Job } from "../generated/batch.v1.ts";
import type { CertificateSigningRequest } from "../generated/certificates.v1.ts";
import type { Lease } from "../generated/coordination.v1.ts";
import type {
  ConfigMap,
  Endpoints,
  Event,
  LimitRange,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodTemplate,
  ReplicationController,
  ResourceQuota,
  Secret,
  Service,
  ServiceAccount,
} from "../generated/core.v1.ts";
import type { EndpointSlice } from "../generated/discovery.v1.ts";
import type { FlowSchema, PriorityLevelConfiguration } from "../generated/flowcontrol.v1.ts";
import type { Ingress, IngressClass, IPAddress, NetworkPolicy, ServiceCIDR } from "../generated/networking.v1.ts";
import type { RuntimeClass } from "../generated/node.v1.ts";
import type { PodDisruptionBudget } from "../generated/policy.v1.ts";
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from "../generated/rbac.v1.ts";
import type { DeviceClass, ResourceClaim, ResourceClaimTemplate, ResourceSlice } from "../generated/resource.v1.ts";
import type { PriorityClass } from "../generated/scheduling.v1.ts";
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  StorageClass,
  VolumeAttachment,
  VolumeAttributesClass,
} from "../generated/storage.v1.ts";
import type { KubeObject } from "../machinery/meta.ts";
import type { GroupResource } from "../store/store.ts";

export interface ResourceTypes {
  readonly configmaps: ConfigMap;
  readonly endpoints: Endpoints;
  readonly events: Event;
  readonly limitranges: LimitRange;
  readonly namespaces: Namespace;
  readonly nodes: Node;
  readonly persistentvolumeclaims: PersistentVolumeClaim;
  readonly persistentvolumes: PersistentVolume;
  readonly pods: Pod;
  readonly podtemplates: PodTemplate;
  readonly replicationcontrollers: ReplicationController;
  readonly resourcequotas: ResourceQuota;
  readonly secrets: Secret;
  readonly serviceaccounts: ServiceAccount;
  readonly services: Service;
  readonly "validatingadmissionpolicies.admissionregistration.k8s.io": ValidatingAdmissionPolicy;
  readonly "validatingadmissionpolicybindings.admissionregistration.k8s.io": ValidatingAdmissionPolicyBinding;
  readonly "validatingwebhookconfigurations.admissionregistration.k8s.io": ValidatingWebhookConfiguration;
  readonly "customresourcedefinitions.apiextensions.k8s.io": CustomResourceDefinition;
  readonly "apiservices.apiregistration.k8s.io": APIService;
  readonly "controllerrevisions.apps": ControllerRevision;
  readonly "daemonsets.apps": DaemonSet;
  readonly "deployments.apps": Deployment;
  readonly "replicasets.apps": ReplicaSet;
  readonly "statefulsets.apps": StatefulSet;
  readonly "horizontalpodautoscalers.autoscaling": HorizontalPodAutoscaler;
  readonly "cronjobs.batch": CronJob;
  readonly "jobs.batch": Job;
  readonly "certificatesigningrequests.certificates.k8s.io": CertificateSigningRequest;
  readonly "leases.coordination.k8s.io": Lease;
  readonly "endpointslices.discovery.k8s.io": EndpointSlice;
  readonly "flowschemas.flowcontrol.apiserver.k8s.io": FlowSchema;
  readonly "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": PriorityLevelConfiguration;
  readonly "ingressclasses.networking.k8s.io": IngressClass;
  readonly "ingresses.networking.k8s.io": Ingress;
  readonly "ipaddresses.networking.k8s.io": IPAddress;
  readonly "networkpolicies.networking.k8s.io": NetworkPolicy;
  readonly "servicecidrs.networking.k8s.io": ServiceCIDR;
  readonly "runtimeclasses.node.k8s.io": RuntimeClass;
  readonly "poddisruptionbudgets.policy": PodDisruptionBudget;
  readonly "clusterrolebindings.rbac.authorization.k8s.io": ClusterRoleBinding;
  readonly "clusterroles.rbac.authorization.k8s.io": ClusterRole;
  readonly "rolebindings.rbac.authorization.k8s.io": RoleBinding;
  readonly "roles.rbac.authorization.k8s.io": Role;
  readonly "deviceclasses.resource.k8s.io": DeviceClass;
  readonly "resourceclaims.resource.k8s.io": ResourceClaim;
  readonly "resourceclaimtemplates.resource.k8s.io": ResourceClaimTemplate;
  readonly "resourceslices.resource.k8s.io": ResourceSlice;
  readonly "priorityclasses.scheduling.k8s.io": PriorityClass;
  readonly "csidrivers.storage.k8s.io": CSIDriver;
  readonly "csinodes.storage.k8s.io": CSINode;
  readonly "csistoragecapacities.storage.k8s.io": CSIStorageCapacity;
  readonly "storageclasses.storage.k8s.io": StorageClass;
  readonly "volumeattachments.storage.k8s.io": VolumeAttachment;
  readonly "volumeattributesclasses.storage.k8s.io": VolumeAttributesClass;
}

/** The type of a resource's objects: any object's, if the name is not known in advance. */
export type ObjectOf<R extends GroupResource> = R extends keyof ResourceTypes ? ResourceTypes[R] : KubeObject;
