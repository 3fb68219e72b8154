import type { NodeSelectorRequirement, NodeSelectorTerm } from "../../generated/core.v1.ts";
import { ownMember } from "../../machinery/json/own-member.ts";
import { labelValue } from "../../machinery/names.ts";

/** Deprecated node labels. */
export const DEPRECATED_NODE_LABELS: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
  "failure-domain.beta.kubernetes.io/region": 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  "failure-domain.beta.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  "beta.kubernetes.io/instance-type": 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  "node-role.kubernetes.io/master": 'use "node-role.kubernetes.io/control-plane" instead',
};

export function nodeTermWarnings({ matchExpressions }: NodeSelectorTerm, path: string): string[] {
  return (matchExpressions ?? []).flatMap((requirement, i) =>
    keyWarnings(requirement, `${path}.matchExpressions[${i}]`),
  );
}

/** In a term that is only preferred, values that no label can have are not an error. */
export function preferredTermWarnings({ matchExpressions }: NodeSelectorTerm, path: string): string[] {
  return (matchExpressions ?? []).flatMap((requirement, i) => {
    const at = `${path}.matchExpressions[${i}]`;
    const ofValues = (requirement.values ?? []).flatMap((value, j) =>
      labelValue(value).map((problem) => `${at}.values[${j}]: ${value} is invalid, ${problem}`),
    );
    return [...keyWarnings(requirement, at), ...ofValues];
  });
}

function keyWarnings({ key }: NodeSelectorRequirement, path: string): string[] {
  const text = ownMember(DEPRECATED_NODE_LABELS, key);
  return text ? [`${path}.key: ${key} is ${text}`] : [];
}
