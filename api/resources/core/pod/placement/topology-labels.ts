/** The topology labels that a pod gets from its node (plugin/pkg/admission/podtopologylabels). */
const TOPOLOGY = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"] as const;

/** The subset of a node's labels that its pods get. */
export function topologyLabelsOf(node: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (const label of TOPOLOGY) {
    const value = node?.[label];
    if (value !== undefined) labels[label] = value;
  }
  return labels;
}
