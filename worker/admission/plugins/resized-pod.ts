import type { Node, Pod } from "../../../api/generated/core.v1.ts";
import type { Key } from "../../../api/store/store.ts";
import { refusal } from "../refusal.ts";
import type { RequestFor } from "../resource-plugin.ts";

type ResizeRequest = RequestFor<"pods", "UPDATE resize">;

export interface ResizedPod {
  readonly next: Pod;
  readonly before: Pod;
}

/** Undefined if no change of resources is requested, or the pod is not on a node yet. */
export function resizedPod({ object: next, old: before }: ResizeRequest): ResizedPod | undefined {
  const isOnNode = (next.spec.nodeName ?? "") !== "";
  return isOnNode && next.metadata.generation !== before.metadata.generation ? { next, before } : undefined;
}

const nodeKeyOf = (name: string): Key => ({ resource: "nodes", namespace: "", name });

/** The pod's node, read together with what other plugins read. */
export const nodeReads = ({ old }: ResizeRequest): readonly Key[] => {
  const { nodeName = "" } = old.spec;
  return nodeName === "" ? [] : [nodeKeyOf(nodeName)];
};

export async function nodeOfResized(request: ResizeRequest, { next }: ResizedPod): Promise<Node> {
  const { nodeName = "" } = next.spec;
  const node = await request.reads.object<Node>(nodeKeyOf(nodeName));
  if (node === undefined) throw refusal(request, `node ${JSON.stringify(nodeName)} not found`);
  return node;
}
