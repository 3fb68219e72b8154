/**
 * RuntimeClass: applies its class's overhead and scheduling constraints to a pod (plugin/pkg/admission/runtimeclass).
 */
import type { PodSpec } from "../../../api/generated/core.v1.ts";
import type { RuntimeClass, Scheduling } from "../../../api/generated/node.v1.ts";
import { compareQuantities, type QuantityText } from "../../../api/machinery/quantity.ts";
import { failure } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { refusal } from "../refusal.ts";
import { resourceNameProblem } from "../resource-name.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";
import { withoutCovered } from "./covered-tolerations.ts";

type Overhead = Readonly<Record<string, QuantityText>>;

export const runtimeClass = defineResourcePlugin({
  name: "RuntimeClass",
  resources: ["pods"],
  handles: ["CREATE"],

  mutate(request) {
    const { spec } = request.object;
    const found = classOf(request, spec);
    if (!found) return;
    const overhead = found.overhead?.podFixed;
    if (overhead) {
      if (spec.overhead && !sameAmounts(spec.overhead, overhead)) throw mismatch(request);
      spec.overhead = structuredClone(overhead);
    }
    if (found.scheduling) schedule(request, spec, found.scheduling);
  },

  validate(request) {
    const { spec } = request.object;
    if (!spec.overhead) return;
    const overhead = classOf(request, spec)?.overhead?.podFixed;
    if (!overhead) {
      throw refusal(request, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
    }
    if (!sameAmounts(spec.overhead, overhead)) throw mismatch(request);
  },
});

const mismatch = (request: AdmissionRequest) =>
  refusal(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");

function classOf(request: AdmissionRequest, { runtimeClassName }: PodSpec): RuntimeClass | undefined {
  if (runtimeClassName === undefined) return undefined;
  // Upstream fetches the class over HTTP, and its client refuses names that cannot be part of a path.
  const problem = resourceNameProblem(runtimeClassName);
  if (problem !== undefined) throw new ApiError(failure(500, "", problem));
  const found = request.context.policy.get("runtimeclasses.node.k8s.io", "", runtimeClassName);
  if (!found) throw refusal(request, `pod rejected: RuntimeClass ${JSON.stringify(runtimeClassName)} not found`);
  return found;
}

function sameAmounts(a: Overhead, b: Overhead): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => name in b && compareQuantities(a[name], b[name]) === 0);
}

function schedule(request: AdmissionRequest, spec: PodSpec, { nodeSelector = {}, tolerations = [] }: Scheduling): void {
  for (const [key, value] of Object.entries(nodeSelector)) {
    const own = spec.nodeSelector?.[key];
    if (own === undefined || own === value) continue;
    const clash = `runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`;
    throw refusal(request, `conflict: ${clash}`);
  }
  if (Object.keys(nodeSelector).length > 0) spec.nodeSelector = { ...spec.nodeSelector, ...nodeSelector };
  if (tolerations.length > 0) spec.tolerations = withoutCovered([...(spec.tolerations ?? []), ...tolerations]);
}
