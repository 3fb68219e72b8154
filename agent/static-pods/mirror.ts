/** Mirror pods: representations of static pods in the API, which can neither start nor stop them. */
import type { Node, Pod } from "../../api/generated/core.v1.ts";

const MIRROR = "kubernetes.io/config.mirror";
export const HASH = "kubernetes.io/config.hash";
export const SEEN = "kubernetes.io/config.seen";
export const SOURCE = "kubernetes.io/config.source";

export const isMirror = ({ metadata }: Pod): boolean => metadata.annotations?.[MIRROR] !== undefined;

/** From a manifest's hash; uids assigned by the API have another form. */
const STATIC_UID = /^[\da-f]{32}$/;

/**
 * Whether the pod comes from a manifest on the machine. Annotations alone would not do: authors of API pods can set
 * them as they like.
 */
export const isStatic = ({ metadata }: Pod): boolean =>
  metadata.annotations?.[SOURCE] === "file" && STATIC_UID.test(metadata.uid ?? "");

/** As its containers and the runtime see it: a kubelet marks each pod of the API, by when it first saw it (ms). */
export function markedAsSeen(pod: Pod, at: number): Pod {
  if (isStatic(pod)) return pod;
  const annotations = { ...pod.metadata.annotations, [SEEN]: new Date(at).toISOString(), [SOURCE]: "api" };
  return { ...pod, metadata: { ...pod.metadata, annotations } };
}

export const mirrors = (mirror: Pod, pod: Pod): boolean =>
  mirror.metadata.annotations?.[MIRROR] === pod.metadata.annotations?.[HASH];

export function mirrorOf(pod: Pod, node: Node): Pod {
  const { uid: _, annotations = {}, ...metadata } = pod.metadata;
  const owner = { apiVersion: "v1", kind: "Node", name: node.metadata.name ?? "", uid: node.metadata.uid ?? "" };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...metadata,
      annotations: { ...annotations, [MIRROR]: annotations[HASH] ?? "" },
      ownerReferences: [{ ...owner, controller: true }],
    },
    spec: pod.spec,
    status: {},
  };
}
