import type { Container, PodSpec } from "../../../api/generated/core.v1.ts";
import { deepEqual } from "../../../api/machinery/json/deep-equal.ts";
import type { Refusal } from "../cluster/node-filter.ts";
import type { Plugin } from "../framework/plugin.ts";

const NAME = "NodeDeclaredFeatures";
const refusal: Refusal = {
  plugin: NAME,
  reasons: ["node(s) didn't match Pod's required features"],
  resolvable: false,
};

const restartsAll = ({ restartPolicyRules }: Container) =>
  restartPolicyRules?.some(({ action }) => action === "RestartAllContainers") ?? false;

/**
 * By the name under which a node declares the feature: whether a pod needs it from the start
 * (component-helpers/nodedeclaredfeatures).
 */
const FEATURES: readonly { readonly feature: string; readonly isNeeded: (spec: PodSpec) => boolean }[] = [
  {
    feature: "RestartAllContainersOnContainerExits",
    isNeeded: ({ containers, initContainers }) => containers.some(restartsAll) || !!initContainers?.some(restartsAll),
  },
  {
    feature: "UserNamespacesHostNetworkSupport",
    isNeeded: ({ hostNetwork, hostUsers }) => hostNetwork === true && hostUsers === false,
  },
];

/** Keeps pods off nodes that do not declare the features that the pod needs: kubelets of another version. */
export const nodeDeclaredFeatures: Plugin = {
  name: NAME,
  filter: ({ pod }) => {
    const needed = FEATURES.filter(({ isNeeded }) => isNeeded(pod.spec));
    if (needed.length === 0) return undefined;
    return {
      check: ({ node: { status } }) =>
        needed.every(({ feature }) => status.declaredFeatures?.includes(feature)) ? undefined : refusal,
    };
  },
  helps: (change) =>
    change.kind === "node" && !deepEqual(change.node.status.declaredFeatures, change.previous?.status.declaredFeatures),
};
