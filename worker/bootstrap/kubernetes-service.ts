/** The Service `kubernetes`, by which pods reach the API, and the address range whose first address it has. */
import type { Service } from "../../api/generated/core.v1.ts";
import type { ManagedFieldsEntry } from "../../api/generated/meta.v1.ts";
import type { IPAddress, ServiceCIDR } from "../../api/generated/networking.v1.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { addressOwners } from "../../api/resources/networking/address-owners.ts";

const ADDRESS = "10.96.0.1";

export function kubernetesService(at: string, ranges: readonly string[]): readonly KubeObject[] {
  const service: Service = {
    kind: "Service",
    apiVersion: "v1",
    metadata: {
      name: "kubernetes",
      namespace: "default",
      labels: { component: "apiserver", provider: "kubernetes" },
    },
    spec: {
      ports: [{ name: "https", protocol: "TCP", port: 443, targetPort: 6443 }],
      clusterIP: ADDRESS,
      clusterIPs: [ADDRESS],
      type: "ClusterIP",
      sessionAffinity: "None",
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      internalTrafficPolicy: "Cluster",
    },
    status: { loadBalancer: {} },
  };
  const range: ServiceCIDR = {
    kind: "ServiceCIDR",
    apiVersion: "networking.k8s.io/v1",
    metadata: {
      name: "kubernetes",
      finalizers: ["networking.k8s.io/service-cidr-finalizer"],
      managedFields: rangeOwners(at),
    },
    spec: { cidrs: [...ranges] },
    status: {
      conditions: [
        {
          type: "Ready",
          status: "True",
          lastTransitionTime: at,
          reason: "",
          message: "Kubernetes Service CIDR is ready",
        },
      ],
    },
  };
  const address: IPAddress = {
    kind: "IPAddress",
    apiVersion: "networking.k8s.io/v1",
    metadata: {
      name: ADDRESS,
      labels: {
        "ipaddress.kubernetes.io/ip-family": "IPv4",
        "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
      },
      managedFields: addressOwners(at),
    },
    spec: { parentRef: { resource: "services", namespace: "default", name: "kubernetes" } },
  };
  return [range, address, service];
}

/** Several of Kubernetes' loops write the range: each field has its own manager. */
function rangeOwners(time: string): ManagedFieldsEntry[] {
  const entry = { apiVersion: "networking.k8s.io/v1", time, fieldsType: "FieldsV1" };
  const status = { operation: "Apply", subresource: "status" } as const;
  const ready = (fields: object) => ({
    "f:status": { "f:conditions": { 'k:{"type":"Ready"}': { ".": {}, ...fields } } },
  });
  const known = { "f:status": {}, "f:type": {} };
  const whole = { "f:lastTransitionTime": {}, "f:message": {}, "f:reason": {}, ...known };
  const finalizer = { ".": {}, 'v:"networking.k8s.io/service-cidr-finalizer"': {} };
  return [
    { ...entry, ...status, manager: "kubernetes-service-cidr-controller", fieldsV1: ready(known) },
    { ...entry, ...status, manager: "service-cidr-controller", fieldsV1: ready(whole) },
    { ...entry, operation: "Update", manager: "kube-apiserver", fieldsV1: { "f:spec": { "f:cidrs": {} } } },
    {
      ...entry,
      operation: "Update",
      manager: "kube-controller-manager",
      fieldsV1: { "f:metadata": { "f:finalizers": finalizer } },
    },
  ];
}
