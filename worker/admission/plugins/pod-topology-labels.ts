/** PodTopologyLabels: copies the zone and region of its node to a pod (plugin/pkg/admission/podtopologylabels). */
import type { Binding, Node } from "../../../api/generated/core.v1.ts";
import { topologyLabelsOf } from "../../../api/resources/core/pod/placement/topology-labels.ts";
import type { Key } from "../../../api/store/store.ts";
import { defineResourcePlugin, type RequestFor } from "../resource-plugin.ts";

/** Pods get a node by a binding, whose labels are added to the pod, or at creation. */
function nodeKey({ object }: RequestFor<"pods", "CREATE" | "CREATE binding">): Key | undefined {
  const node = "target" in object ? targetOf(object) : object.spec.nodeName;
  return node ? { resource: "nodes", namespace: "", name: node } : undefined;
}

const targetOf = ({ target }: Binding) => (target.kind === "Node" ? target.name : undefined);

export const podTopologyLabels = defineResourcePlugin({
  name: "PodTopologyLabels",
  resources: ["pods"],
  handles: ["CREATE", "CREATE binding"],
  when: (request) => nodeKey(request) !== undefined,
  reads: (request) => [nodeKey(request) ?? []].flat(),
  async mutate(request) {
    const key = nodeKey(request);
    const node = key && (await request.reads.object<Node>(key));
    const copied = topologyLabelsOf(node?.metadata.labels);
    if (Object.keys(copied).length === 0) return;
    request.object.metadata.labels = { ...copied, ...request.object.metadata.labels };
  },
});
