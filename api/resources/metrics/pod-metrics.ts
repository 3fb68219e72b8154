import type { PodMetrics } from "../../generated/metrics.v1beta1.ts";
import { defineResource } from "../resource.ts";
import { usageColumns } from "./usage-columns.ts";

export const podMetrics = defineResource<PodMetrics>({
  group: "metrics.k8s.io",
  version: "v1beta1",
  kind: "PodMetrics",
  plural: "pods",
  scope: "Namespaced",
  verbs: ["get", "list"],
  columns: usageColumns<PodMetrics>(({ containers = [] }) => containers.map(({ usage = {} }) => usage)),
  age: false,
});
