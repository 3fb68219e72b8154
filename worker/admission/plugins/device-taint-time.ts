/**
 * Sets when a device's taint was added. In Kubernetes the kind's defaulting does this, since it has a clock
 * (pkg/apis/resource/v1/defaults.go).
 */
import type { ResourceSlice } from "../../../api/generated/resource.v1.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { AdmissionPlugin } from "../plugin.ts";

export const deviceTaintTime: AdmissionPlugin = {
  name: "DeviceTaintTime",
  handles: ({ operation, object }) =>
    (operation === "CREATE" || operation === "UPDATE") && object?.kind === "ResourceSlice",
  mutate({ object, context: { now } }) {
    for (const { taints = [] } of (object as ResourceSlice).spec.devices ?? [])
      for (const taint of taints) taint.timeAdded ??= timestamp(now);
  },
};
