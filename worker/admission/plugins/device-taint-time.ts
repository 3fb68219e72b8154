/**
 * Sets when a device's taint was added. In Kubernetes the kind's defaulting does this, since it has a clock
 * (pkg/apis/resource/v1/defaults.go).
 */
import { timestamp } from "../../../api/machinery/time/time.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

export const deviceTaintTime = defineResourcePlugin({
  name: "DeviceTaintTime",
  resources: ["resourceslices.resource.k8s.io"],
  handles: ["CREATE", "UPDATE"],
  mutate({ object: { spec }, context: { now } }) {
    for (const { taints = [] } of spec.devices ?? []) for (const taint of taints) taint.timeAdded ??= timestamp(now);
  },
});
