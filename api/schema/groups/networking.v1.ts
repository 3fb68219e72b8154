import type { SchemaSource } from "../idl.ts";

export const networkingV1: SchemaSource = {
  name: "networking.v1",
  group: "networking.k8s.io",
  version: "v1",
  package: "io.k8s.api.networking.v1",
  types: `
HTTPIngressPath
  1 path string
  3 pathType *string required go=v1.PathType enum=Exact|ImplementationSpecific|Prefix
  2 backend IngressBackend required
HTTPIngressRuleValue
  1 paths []HTTPIngressPath required list=atomic
IPAddress kind
  1 metadata meta.v1.ObjectMeta
  2 spec IPAddressSpec required omitempty
IPAddressSpec
  1 parentRef *ParentReference required omitempty
IPBlock
  1 cidr string required
  2 except []string list=atomic
Ingress kind
  1 metadata meta.v1.ObjectMeta
  2 spec IngressSpec
  3 status IngressStatus
IngressBackend
  4 service *IngressServiceBackend
  3 resource *core.v1.TypedLocalObjectReference
IngressClass kind
  1 metadata meta.v1.ObjectMeta
  2 spec IngressClassSpec
IngressClassParametersReference
  1 apiGroup *string
  2 kind string required
  3 name string required
  4 scope *string always
  5 namespace *string
IngressClassSpec
  1 controller string
  2 parameters *IngressClassParametersReference
IngressLoadBalancerIngress
  1 ip string
  2 hostname string
  4 ports []IngressPortStatus list=atomic
IngressLoadBalancerStatus
  1 ingress []IngressLoadBalancerIngress list=atomic
IngressPortStatus
  1 port int32 required default=0
  2 protocol string required go=v1.Protocol enum=SCTP|TCP|UDP
  3 error *string
IngressRule
  1 host string
  2 ... IngressRuleValue
IngressRuleValue
  1 http *HTTPIngressRuleValue
IngressServiceBackend
  1 name string required
  2 port ServiceBackendPort
IngressSpec
  4 ingressClassName *string
  1 defaultBackend *IngressBackend
  2 tls []IngressTLS list=atomic
  3 rules []IngressRule list=atomic
IngressStatus
  1 loadBalancer IngressLoadBalancerStatus
IngressTLS
  1 hosts []string list=atomic
  2 secretName string
NetworkPolicy kind
  1 metadata meta.v1.ObjectMeta
  2 spec NetworkPolicySpec
NetworkPolicyEgressRule
  1 ports []NetworkPolicyPort list=atomic
  2 to []NetworkPolicyPeer list=atomic
NetworkPolicyIngressRule
  1 ports []NetworkPolicyPort list=atomic
  2 from []NetworkPolicyPeer list=atomic
NetworkPolicyPeer
  1 podSelector *meta.v1.LabelSelector
  2 namespaceSelector *meta.v1.LabelSelector
  3 ipBlock *IPBlock
NetworkPolicyPort
  1 protocol *string go=v1.Protocol enum=SCTP|TCP|UDP
  2 port *IntOrString
  3 endPort *int32
NetworkPolicySpec
  1 podSelector meta.v1.LabelSelector always
  2 ingress []NetworkPolicyIngressRule list=atomic
  3 egress []NetworkPolicyEgressRule list=atomic
  4 policyTypes []string go=[]v1.PolicyType list=atomic enum=Egress|Ingress
ParentReference
  1 group string
  2 resource string required omitempty
  3 namespace string
  4 name string required omitempty
ServiceBackendPort atomic
  1 name string
  2 number int32
ServiceCIDR kind
  1 metadata meta.v1.ObjectMeta
  2 spec ServiceCIDRSpec
  3 status ServiceCIDRStatus
ServiceCIDRSpec
  1 cidrs []string list=atomic
ServiceCIDRStatus
  1 conditions []meta.v1.Condition list=map:type patch=merge:type
`,
};
