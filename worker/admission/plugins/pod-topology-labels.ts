/** PodTopologyLabels: copies the zone and region of its node to a pod (plugin/pkg/admission/podtopologylabels). */
import type { Binding, Node, Pod } from "../../../api/generated/core.v1.ts";
import { topologyLabelsOf } from "../../../api/resources/core/pod/placement/topology-labels.ts";
import type { Key } from "../../../api/store/store.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";

/** Pods get a node by a binding, whose labels are added to the pod, or at creation. */
function nodeKey({ operation, subresource, object, context: { served } }: AdmissionRequest): Key | undefined {
  if (operation !== "CREATE" || served.resource.plural !== "pods" || served.group !== "" || !object) return undefined;
  const node = subresource === "binding" ? targetOf(object as Binding) : nodeOf(object as Pod);
  return node && (subresource === "binding" || subresource === "")
    ? { resource: "nodes", namespace: "", name: node }
    : undefined;
}

const targetOf = ({ target }: Binding) => (target.kind === "Node" ? target.name : undefined);
const nodeOf = (pod: Partial<Pod>) => pod.spec?.nodeName;

export const podTopologyLabels: AdmissionPlugin = {
  name: "PodTopologyLabels",
  handles: (request) => nodeKey(request) !== undefined,
  reads: (request) => [nodeKey(request) ?? []].flat(),
  async mutate(request) {
    const key = nodeKey(request);
    const node = key && (await request.reads.object<Node>(key));
    const copied = topologyLabelsOf(node?.metadata.labels);
    if (!request.object || Object.keys(copied).length === 0) return;
    request.object.metadata.labels = { ...copied, ...request.object.metadata.labels };
  },
};
