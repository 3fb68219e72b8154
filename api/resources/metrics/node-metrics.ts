import type { NodeMetrics } from "../../generated/metrics.v1beta1.ts";
import { defineResource } from "../resource.ts";
import { usageColumns } from "./usage-columns.ts";

export const nodeMetrics = defineResource<NodeMetrics>({
  group: "metrics.k8s.io",
  version: "v1beta1",
  kind: "NodeMetrics",
  plural: "nodes",
  scope: "Cluster",
  verbs: ["get", "list"],
  columns: usageColumns<NodeMetrics>(({ usage = {} }) => [usage]),
  age: false,
});
