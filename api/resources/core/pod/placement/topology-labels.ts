/** What a pod learns of where its node is (plugin/pkg/admission/podtopologylabels). */
const TOPOLOGY = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"] as const;

/** Of a node's labels those that its pods carry, too. */
export function topologyLabelsOf(node: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (const label of TOPOLOGY) {
    const value = node?.[label];
    if (value !== undefined) labels[label] = value;
  }
  return labels;
}
