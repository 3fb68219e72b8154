import type { Node, Pod } from "../../../api/generated/core.v1.ts";
import type { Key } from "../../../api/store/store.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { refusal } from "../refusal.ts";

export const isPodResize = ({ operation, subresource, context: { served } }: AdmissionRequest): boolean =>
  operation === "UPDATE" &&
  subresource === "resize" &&
  served.resource.plural === "pods" &&
  served.resource.group === "";

export interface ResizedPod {
  readonly next: Pod;
  readonly before: Pod;
}

/** Undefined if no change of resources is requested, or the pod is not on a node yet. */
export function resizedPod({ object, old }: AdmissionRequest): ResizedPod | undefined {
  const [next, before] = [object as Pod, old as Pod];
  const isOnNode = (next.spec.nodeName ?? "") !== "";
  return isOnNode && next.metadata.generation !== before.metadata.generation ? { next, before } : undefined;
}

const nodeKeyOf = (name: string): Key => ({ resource: "nodes", namespace: "", name });

/** The pod's node, read together with what other plugins read. */
export const nodeReads = ({ old }: AdmissionRequest): readonly Key[] => {
  const { nodeName = "" } = (old as Pod).spec;
  return nodeName === "" ? [] : [nodeKeyOf(nodeName)];
};

export async function nodeOfResized(request: AdmissionRequest, { next }: ResizedPod): Promise<Node> {
  const { nodeName = "" } = next.spec;
  const node = await request.reads.object<Node>(nodeKeyOf(nodeName));
  if (node === undefined) throw refusal(request, `node ${JSON.stringify(nodeName)} not found`);
  return node;
}
