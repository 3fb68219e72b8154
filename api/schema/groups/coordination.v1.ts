import type { SchemaSource } from "../idl.ts";

export const coordinationV1: SchemaSource = {
  name: "coordination.v1",
  group: "coordination.k8s.io",
  version: "v1",
  package: "io.k8s.api.coordination.v1",
  types: `
Lease kind
  1 metadata meta.v1.ObjectMeta
  2 spec LeaseSpec
LeaseSpec
  1 holderIdentity *string
  2 leaseDurationSeconds *int32
  3 acquireTime *MicroTime
  4 renewTime *MicroTime
  5 leaseTransitions *int32
  6 strategy *string go=v1.CoordinatedLeaseStrategy
  7 preferredHolder *string
`,
};
