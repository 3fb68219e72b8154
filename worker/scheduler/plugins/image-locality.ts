import type { Cluster } from "../cluster/cluster.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import { MAX_NODE_SCORE, type Plugin } from "../framework/plugin.ts";

const MEGABYTE = 1024 * 1024;
/** Smaller images do not count; larger ones count as the maximum. */
const MIN_BYTES = 23 * MEGABYTE;
const MAX_BYTES = 1000 * MEGABYTE;

/**
 * Prefers nodes that have the pod's images, including those of its volumes. Images that few nodes have count less, or
 * all pods would go there.
 */
export const imageLocality: Plugin = {
  name: "ImageLocality",
  weight: 1,
  scorer: ({ pod: { spec } }, cluster) => {
    const images = [
      ...[...(spec.initContainers ?? []), ...(spec.containers ?? [])].map(({ image }) => image),
      ...(spec.volumes ?? []).flatMap(({ image }) => (image ? [image.reference] : [])),
    ].map((name = "") => normalized(name));
    if (!images.some((image) => cluster.nodesWithImage(image) > 0)) return undefined;
    const most = MAX_BYTES * images.length;
    return {
      score: (node) => {
        const sum = images.reduce((total, image) => total + imageScore(image, node, cluster), 0);
        return Math.trunc(
          (MAX_NODE_SCORE * (Math.min(Math.max(sum, MIN_BYTES), most) - MIN_BYTES)) / (most - MIN_BYTES),
        );
      },
    };
  },
  helps: () => false,
};

function imageScore(image: string, node: NodeInfo, cluster: Cluster): number {
  const size = node.images.get(image);
  return size === undefined ? 0 : Math.trunc(size * (cluster.nodesWithImage(image) / cluster.nodes.length));
}

/** A name without a tag means latest. */
const normalized = (image: string) => (image.lastIndexOf(":") <= image.lastIndexOf("/") ? `${image}:latest` : image);
