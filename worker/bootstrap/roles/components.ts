/** Cluster roles for discovery, for Kubernetes' components, and for common add-ons. */
import type { PolicyRule } from "../../../api/generated/rbac.v1.ts";
import { nodeRules } from "../../auth/node/node-rules.ts";
import { allow, allowPaths, READ, READ_UPDATE, READ_WRITE, recordEvents } from "../../auth/rbac/rule.ts";

const approve = (signer: string): PolicyRule[] => [
  allow("approve", "certificates.k8s.io", "signers", `kubernetes.io/${signer}`),
];
const requestCertificate = (subresource: string): PolicyRule[] => [
  allow("create", "certificates.k8s.io", `certificatesigningrequests/${subresource}`),
];

export const componentRoles: Readonly<Record<string, readonly PolicyRule[]>> = {
  "system:auth-delegator": [
    allow("create", "authentication.k8s.io", "tokenreviews"),
    allow("create", "authorization.k8s.io", "subjectaccessreviews"),
  ],
  "system:basic-user": [
    allow("create", "authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews"),
    allow("create", "authentication.k8s.io", "selfsubjectreviews"),
  ],
  "system:certificates.k8s.io:certificatesigningrequests:nodeclient": requestCertificate("nodeclient"),
  "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient": requestCertificate("selfnodeclient"),
  "system:certificates.k8s.io:kube-apiserver-client-approver": approve("kube-apiserver-client"),
  "system:certificates.k8s.io:kube-apiserver-client-kubelet-approver": approve("kube-apiserver-client-kubelet"),
  "system:certificates.k8s.io:kubelet-serving-approver": approve("kubelet-serving"),
  "system:certificates.k8s.io:legacy-unknown-approver": approve("legacy-unknown"),
  "system:discovery": [
    allowPaths("get", "/livez /readyz /healthz /version /version/ /openapi /openapi/* /api /api/* /apis /apis/*"),
  ],
  "system:heapster": [allow(READ, "core", "events pods nodes namespaces"), allow(READ, "extensions", "deployments")],
  "system:kube-aggregator": [allow(READ, "core", "services endpoints")],
  "system:kube-controller-manager": [
    recordEvents,
    allow("create", "coordination.k8s.io", "leases"),
    allow("get update", "coordination.k8s.io", "leases", "kube-controller-manager"),
    allow("create", "core", "secrets serviceaccounts"),
    allow("delete", "core", "secrets"),
    allow("get", "core", "namespaces secrets serviceaccounts configmaps"),
    allow("update", "core", "secrets serviceaccounts"),
    allow("create", "authentication.k8s.io", "tokenreviews"),
    allow("create", "authorization.k8s.io", "subjectaccessreviews"),
    allow("list watch", "*", "*"),
    allow("create", "core", "serviceaccounts/token"),
  ],
  "system:kube-dns": [allow("list watch", "core", "endpoints services")],
  "system:kube-scheduler": [
    recordEvents,
    allow("create", "coordination.k8s.io", "leases"),
    allow("get list update watch", "coordination.k8s.io", "leases", "kube-scheduler"),
    allow(READ_WRITE, "coordination.k8s.io", "leasecandidates"),
    allow(READ, "core", "nodes"),
    allow(`${READ} delete`, "core", "pods"),
    allow("create", "core", "pods/binding bindings"),
    allow("patch update", "core", "pods/status"),
    allow(READ, "core", "services replicationcontrollers"),
    allow(READ, "apps extensions", "replicasets"),
    allow(READ, "apps", "statefulsets"),
    allow(READ, "policy", "poddisruptionbudgets"),
    allow(READ, "core", "persistentvolumeclaims persistentvolumes"),
    allow("create", "authentication.k8s.io", "tokenreviews"),
    allow("create", "authorization.k8s.io", "subjectaccessreviews"),
    allow(READ, "storage.k8s.io", "csinodes"),
    allow(READ, "storage.k8s.io", "volumeattachments"),
    allow(READ, "core", "namespaces"),
    allow(READ, "storage.k8s.io", "csidrivers"),
    allow(READ, "storage.k8s.io", "csistoragecapacities"),
    allow(READ, "resource.k8s.io", "deviceclasses"),
    allow(READ_UPDATE, "resource.k8s.io", "resourceclaims"),
    allow(READ_UPDATE, "resource.k8s.io", "resourceclaims/status"),
    allow("update", "core", "pods/finalizers"),
    allow(READ, "resource.k8s.io", "resourceslices"),
    allow("create delete", "resource.k8s.io", "resourceclaims"),
    allow("patch update", "resource.k8s.io", "resourceclaims/binding"),
  ],
  "system:kubelet-api-admin": [
    allow(READ, "core", "nodes"),
    allow("proxy", "core", "nodes"),
    allow("*", "core", "nodes/proxy nodes/metrics nodes/stats nodes/log"),
    allow("*", "core", "nodes/pods nodes/healthz nodes/configz"),
  ],
  "system:monitoring": [
    allowPaths("get", "/metrics /metrics/slis /livez /readyz /healthz /livez/* /readyz/* /healthz/* /flagz /statusz"),
    allow("get", "core", "nodes/metrics"),
  ],
  "system:node": nodeRules,
  "system:node-bootstrapper": [allow(`create ${READ}`, "certificates.k8s.io", "certificatesigningrequests")],
  "system:node-problem-detector": [allow("get", "core", "nodes"), allow("patch", "core", "nodes/status"), recordEvents],
  "system:node-proxier": [
    allow("list watch", "core", "services endpoints"),
    allow(READ, "core", "nodes"),
    recordEvents,
    allow("list watch", "networking.k8s.io", "servicecidrs"),
    allow("list watch", "discovery.k8s.io", "endpointslices"),
  ],
  "system:persistent-volume-provisioner": [
    allow(`${READ} create delete`, "core", "persistentvolumes"),
    allow(`${READ} update`, "core", "persistentvolumeclaims"),
    allow(READ, "storage.k8s.io", "storageclasses"),
    allow("watch", "core", "events"),
    recordEvents,
  ],
  "system:public-info-viewer": [allowPaths("get", "/livez /readyz /healthz /version /version/")],
  "system:service-account-issuer-discovery": [
    allowPaths(
      "get",
      "/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/",
    ),
  ],
  "system:volume-scheduler": [
    allow(READ_UPDATE, "core", "persistentvolumes"),
    allow(READ, "storage.k8s.io", "storageclasses"),
    allow(READ_UPDATE, "core", "persistentvolumeclaims"),
  ],
};
