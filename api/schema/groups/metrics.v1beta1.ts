import type { SchemaSource } from "../idl.ts";

export const metricsV1Beta1: SchemaSource = {
  name: "metrics.v1beta1",
  group: "metrics.k8s.io",
  version: "v1beta1",
  package: "io.k8s.metrics.pkg.apis.metrics.v1beta1",
  types: `
ContainerMetrics
  1 name string always
  2 usage map[]Quantity always go=v1.ResourceList
NodeMetrics kind
  1 metadata meta.v1.ObjectMeta
  2 timestamp Time always
  3 window Duration always
  4 usage map[]Quantity always go=v1.ResourceList
PodMetrics kind
  1 metadata meta.v1.ObjectMeta
  2 timestamp Time always
  3 window Duration always
  4 containers []ContainerMetrics always
`,
};
