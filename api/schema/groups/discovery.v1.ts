import type { SchemaSource } from "../idl.ts";

export const discoveryV1: SchemaSource = {
  name: "discovery.v1",
  group: "discovery.k8s.io",
  version: "v1",
  package: "io.k8s.api.discovery.v1",
  types: `
Endpoint
  1 addresses []string required list=set
  2 conditions EndpointConditions
  3 hostname *string
  4 targetRef *core.v1.ObjectReference
  5 deprecatedTopology map[]string
  6 nodeName *string
  7 zone *string
  8 hints *EndpointHints
EndpointConditions
  1 ready *bool
  2 serving *bool
  3 terminating *bool
EndpointHints
  1 forZones []ForZone list=atomic
  2 forNodes []ForNode list=atomic
EndpointPort atomic
  1 name *string
  2 protocol *string go=v1.Protocol enum=SCTP|TCP|UDP
  3 port *int32
  4 appProtocol *string
EndpointSlice kind
  1 metadata meta.v1.ObjectMeta
  4 addressType string required go=v1.AddressType enum=FQDN|IPv4|IPv6
  2 endpoints []Endpoint always list=atomic
  3 ports []EndpointPort always list=atomic
ForNode
  1 name string required
ForZone
  1 name string required
`,
};
