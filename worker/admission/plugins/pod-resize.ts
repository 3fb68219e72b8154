/** PodResizeValidator: the requested resources must fit on the pod's node if the pod were alone there. */
import type { Node, Pod } from "../../../api/generated/core.v1.ts";
import { milliUnits, type Quantity, quantityOf, wholeUnits } from "../../../api/machinery/quantity.ts";
import { ApiError } from "../../api-error.ts";
import { podAmounts } from "../../controllers/quota/pod-usage.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { refusal } from "../refusal.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";
import { nodeOfResized, nodeReads, resizedPod } from "./resized-pod.ts";

const OS = "kubernetes.io/os";

export const podResize = defineResourcePlugin({
  name: "PodResizeValidator",
  resources: ["pods"],
  handles: ["UPDATE resize"],
  reads: nodeReads,
  async validate(request) {
    const resized = resizedPod(request);
    if (resized === undefined) return;
    const node = await nodeOfResized(request, resized);
    const os = node.metadata.labels?.[OS] ?? "linux";
    const name = JSON.stringify(node.metadata.name);
    if (os !== "linux") {
      const why = `pod resize is only supported on linux nodes, node ${name} is ${JSON.stringify(os)}`;
      throw resizeRefusal(request, why, "UnsupportedPlatform");
    }
    const lacking = lackingOf(resized.next, node);
    if (lacking.length > 0) {
      const why = `node didn't have enough allocatable resources: ${lacking.join("; ")}`;
      throw resizeRefusal(request, why, "NodeCapacity");
    }
  },
});

const UNITS: Readonly<Record<string, (quantity: Quantity) => bigint>> = { cpu: milliUnits, memory: wholeUnits };

function lackingOf(pod: Pod, { status: { allocatable = {} } }: Node): string[] {
  const requests = podAmounts({ ...pod, status: {} }, "requests");
  return Object.entries(UNITS).flatMap(([name, unitsOf]) => {
    const [requested, there] = [quantityOf(requests[name]), quantityOf(allocatable[name])];
    return requested.nanos > there.nanos
      ? [`${name}, requested: ${unitsOf(requested)}, allocatable: ${unitsOf(there)}`]
      : [];
  });
}

/** Clients tell the reasons apart by the cause. */
function resizeRefusal(request: AdmissionRequest, why: string, reason: string): ApiError {
  const { status } = refusal(request, why);
  return new ApiError({ ...status, details: { ...status.details, causes: [{ reason }] } });
}
