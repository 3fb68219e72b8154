import type { SchemaSource } from "../idl.ts";

export const schedulingV1: SchemaSource = {
  name: "scheduling.v1",
  group: "scheduling.k8s.io",
  version: "v1",
  package: "io.k8s.api.scheduling.v1",
  types: `
PriorityClass kind
  1 metadata meta.v1.ObjectMeta
  2 value int32 always default=0
  3 globalDefault bool
  4 description string
  5 preemptionPolicy *string go=v1.PreemptionPolicy enum=Never|PreemptLowerPriority
`,
};
