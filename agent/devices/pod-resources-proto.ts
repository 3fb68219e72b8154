/**
 * The kubelet's pod resources API: v1, and v1alpha1, which has only `List`, with names and ids. Field numbers are the
 * protocol's.
 */
export const podResourcesProto = (version: "v1" | "v1alpha1"): string => `syntax = "proto3";

package ${version};

service PodResourcesLister {
  rpc List(ListPodResourcesRequest) returns (ListPodResourcesResponse);
  rpc GetAllocatableResources(AllocatableResourcesRequest) returns (AllocatableResourcesResponse);
  rpc Get(GetPodResourcesRequest) returns (GetPodResourcesResponse);
}

message ListPodResourcesRequest {}
message ListPodResourcesResponse { repeated PodResources pod_resources = 1; }
message AllocatableResourcesRequest {}
message AllocatableResourcesResponse { repeated ContainerDevices devices = 1; }
message GetPodResourcesRequest { string pod_name = 1; string pod_namespace = 2; }
message GetPodResourcesResponse { PodResources pod_resources = 1; }

message PodResources { string name = 1; string namespace = 2; repeated ContainerResources containers = 3; }
message ContainerResources {
  string name = 1;
  repeated ContainerDevices devices = 2;
  repeated DynamicResource dynamic_resources = 5;
}
message ContainerDevices { string resource_name = 1; repeated string device_ids = 2; TopologyInfo topology = 3; }
message TopologyInfo { repeated NUMANode nodes = 1; }
message NUMANode { int64 ID = 1; }

message DynamicResource { string claim_name = 2; string claim_namespace = 3; repeated ClaimResource claim_resources = 4; }
message ClaimResource {
  repeated CDIDevice cdi_devices = 1;
  string driver_name = 2;
  string pool_name = 3;
  string device_name = 4;
}
message CDIDevice { string name = 1; }
`;
