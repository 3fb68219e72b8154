/** Where a DaemonSet's pods are, and where they should be. */
import { compareTexts } from "../../../api/compare-texts.ts";
import type { DaemonSet } from "../../../api/generated/apps.v1.ts";
import type { Node, Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { type Fit, nodeFitterOf, nodeOf } from "./daemon-pod.ts";

export interface Place {
  readonly node: Stored<Node>;
  readonly fit: Fit;
  readonly pods: readonly Stored<Pod>[];
}

export interface Rollout {
  /** The current template's hash. */
  readonly hash: string | undefined;
  readonly isNew: (pod: Pod) => boolean;
  readonly now: number;
}

export function placesOf(
  daemonSet: DaemonSet,
  pods: readonly Stored<Pod>[],
  nodes: readonly Stored<Node>[],
): readonly Place[] {
  const byNode = new Map<string, Stored<Pod>[]>();
  for (const pod of pods) {
    const name = nodeOf(pod);
    if (name === undefined) continue;
    const there = byNode.get(name);
    if (there) there.push(pod);
    else byNode.set(name, [pod]);
  }
  const fitOf = nodeFitterOf(daemonSet);
  return nodes.map((node) => ({
    node,
    fit: fitOf(node),
    pods: byNode.get(node.metadata.name) ?? NO_PODS,
  }));
}

const NO_PODS: readonly Stored<Pod>[] = [];

/** Pods that have a node precede those that wait for one. */
export const oldestFirst = (pods: readonly Stored<Pod>[]): readonly Stored<Pod>[] =>
  pods.length < 2
    ? pods
    : pods.toSorted(
        (a, b) =>
          Number(!a.spec.nodeName) - Number(!b.spec.nodeName) ||
          compareTexts(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
          compareTexts(a.metadata.name, b.metadata.name),
      );
