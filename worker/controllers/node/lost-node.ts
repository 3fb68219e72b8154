/** What follows once a node counts as silent: its conditions are Unknown, and its pods are not ready. */
import type { Node, Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { EventText, PatchEffect } from "../controller.ts";
import { isReady } from "../pod/pod-state.ts";
import { conditionsPatch } from "../status-update.ts";
import { isNodeReady } from "./readiness.ts";
import { unknownConditions } from "./unknown-conditions.ts";

export interface LossPatches {
  /** They come first: a node that is Unknown already is known to be lost, and left alone. */
  readonly pods: readonly PatchEffect[];
  readonly node?: PatchEffect;
}

/** If the node's own kubelet reported it as not ready or unknown, that is no news, and its pods are left alone. */
export function planLoss(node: Stored<Node>, pods: readonly Stored<Pod>[], now: number): LossPatches {
  const unknown = unknownConditions(node, timestamp(now));
  if (unknown.length === 0) return { pods: [] };
  const marked = conditionsPatch("nodes", node, unknown);
  if (!isNodeReady(node)) return { pods: [], node: marked };
  const unready = [{ type: "Ready", status: "False", lastTransitionTime: timestamp(now) }];
  return {
    pods: pods
      .filter(isReady)
      .map((pod) => recorded(conditionsPatch("pods", pod, unready), pod, "Node is not ready", "Warning")),
    node: recorded(marked, node, `Node ${node.metadata.name} status is now: NodeNotReady`, "Normal"),
  };
}

const recorded = (
  patch: PatchEffect,
  about: Stored<Node> | Stored<Pod>,
  message: string,
  type: NonNullable<EventText["type"]>,
): PatchEffect => ({ ...patch, record: { about, success: { reason: "NodeNotReady", message, type } } });
