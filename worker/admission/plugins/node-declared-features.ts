/**
 * NodeDeclaredFeatureValidator: a pod may only be resized in ways that its node declares it supports
 * (component-helpers/nodedeclaredfeatures).
 */
import { sameValue } from "../../../api/machinery/field-checks.ts";
import { refusal } from "../refusal.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";
import { nodeOfResized, nodeReads, type ResizedPod, resizedPod } from "./resized-pod.ts";

/** By the name under which a node declares the feature: whether a change requires it. */
const FEATURES: Readonly<Record<string, (resized: ResizedPod) => boolean>> = {
  InPlacePodLevelResourcesVerticalScaling: ({ next, before }) => !sameValue(next.spec.resources, before.spec.resources),
  InPlacePodVerticalScalingInitContainers: ({ next, before }) =>
    (before.spec.initContainers ?? []).some(
      ({ restartPolicy, resources }, i) =>
        restartPolicy !== "Always" && !sameValue(resources, next.spec.initContainers?.[i]?.resources),
    ),
};

export const nodeDeclaredFeatures = defineResourcePlugin({
  name: "NodeDeclaredFeatureValidator",
  resources: ["pods"],
  handles: ["UPDATE resize"],
  reads: nodeReads,
  async validate(request) {
    const resized = resizedPod(request);
    if (resized === undefined) return;
    const requested = Object.entries(FEATURES).flatMap(([name, isRequested]) => (isRequested(resized) ? [name] : []));
    if (requested.length === 0) return;
    const node = await nodeOfResized(request, resized);
    const declared = new Set(node.status.declaredFeatures);
    const missing = requested.filter((name) => !declared.has(name));
    if (missing.length > 0)
      throw refusal(
        request,
        `pod update requires features ${missing.join(", ")} which are not available on node ${JSON.stringify(node.metadata.name)}`,
      );
  },
});
