import type { SchemaSource } from "../idl.ts";

export const nodeV1: SchemaSource = {
  name: "node.v1",
  group: "node.k8s.io",
  version: "v1",
  package: "io.k8s.api.node.v1",
  types: `
Overhead
  1 podFixed map[]Quantity go=v1.ResourceList
RuntimeClass kind
  1 metadata meta.v1.ObjectMeta
  2 handler string required
  3 overhead *Overhead
  4 scheduling *Scheduling
Scheduling
  1 nodeSelector map[]string map=atomic
  2 tolerations []core.v1.Toleration list=atomic
`,
};
