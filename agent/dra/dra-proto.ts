/**
 * How a kubelet has DRA drivers prepare claims (dra.v1, and the identical v1beta1). Field numbers are the protocol's.
 */
export const draProto = (name: string): string => `syntax = "proto3";

package ${name};

service DRAPlugin {
  rpc NodePrepareResources(NodePrepareResourcesRequest) returns (NodePrepareResourcesResponse);
  rpc NodeUnprepareResources(NodeUnprepareResourcesRequest) returns (NodeUnprepareResourcesResponse);
}

message Claim { string namespace = 1; string uid = 2; string name = 3; }
message NodePrepareResourcesRequest { repeated Claim claims = 1; }
message NodePrepareResourcesResponse { map<string, NodePrepareResourceResponse> claims = 1; }
message NodePrepareResourceResponse { repeated Device devices = 1; string error = 2; }
message Device {
  repeated string request_names = 1;
  string pool_name = 2;
  string device_name = 3;
  repeated string cdi_device_ids = 4;
}
message NodeUnprepareResourcesRequest { repeated Claim claims = 1; }
message NodeUnprepareResourcesResponse { map<string, NodeUnprepareResourceResponse> claims = 1; }
message NodeUnprepareResourceResponse { string error = 1; }
`;

/** How a driver reports its devices' health, if it does. */
export const HEALTH_PROTO = `syntax = "proto3";

package v1alpha1;

service DRAResourceHealth {
  rpc NodeWatchResources(NodeWatchResourcesRequest) returns (stream NodeWatchResourcesResponse);
}

message NodeWatchResourcesRequest {}
message NodeWatchResourcesResponse { repeated DeviceHealth devices = 1; }
enum HealthStatus { UNKNOWN = 0; HEALTHY = 1; UNHEALTHY = 2; }
message DeviceIdentifier { string pool_name = 1; string device_name = 2; }
message DeviceHealth {
  DeviceIdentifier device = 1;
  HealthStatus health = 2;
  int64 last_updated_time = 3;
  int64 health_check_timeout_seconds = 4;
  string message = 5;
}
`;

/** By the version that a driver registers with: the protocol's package. */
export const DRA_PACKAGES: Readonly<Record<string, string>> = {
  "v1.DRAPlugin": "k8s.io.kubelet.pkg.apis.dra.v1",
  "v1beta1.DRAPlugin": "v1beta1",
};
