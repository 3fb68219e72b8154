import type { NodeSelectorTerm } from "../../generated/core.v1.ts";

/** Deprecated node labels. */
export const DEPRECATED_NODE_LABELS: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
  "failure-domain.beta.kubernetes.io/region": 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  "failure-domain.beta.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  "beta.kubernetes.io/instance-type": 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

export function nodeTermWarnings({ matchExpressions }: NodeSelectorTerm, path: string): string[] {
  return (matchExpressions ?? []).flatMap(({ key }, i) => {
    const text = DEPRECATED_NODE_LABELS[key];
    return text ? [`${path}.matchExpressions[${i}].key: ${key} is ${text}`] : [];
  });
}
