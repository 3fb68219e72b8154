/** What follows once a node counts as silent: its conditions are Unknown, and its pods are not ready. */
import type { Node, Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { EventText, PatchEffect } from "../controller.ts";
import { isReady } from "../pod/pod-state.ts";
import { conditionsPatch } from "../status-update.ts";
import { readiness } from "./readiness.ts";
import { unknownConditions } from "./unknown-conditions.ts";

export interface LossPatches {
  readonly pods: readonly PatchEffect[];
  readonly node?: PatchEffect;
}

/**
 * If the node's own kubelet reported it as not ready, that is no news, and its pods are left alone. Pods of one that is
 * Unknown already could not be marked with it.
 */
export function planLoss(node: Stored<Node>, pods: readonly Stored<Pod>[], now: number): LossPatches {
  const unknown = unknownConditions(node, timestamp(now));
  const marked = conditionsPatch("nodes", node, unknown);
  const unready = [{ type: "Ready", status: "False", lastTransitionTime: timestamp(now) }];
  const ready = readiness(node);
  const left = ready === "True" || ready === "Unknown" ? pods.filter(isReady) : [];
  return {
    pods: left.map((pod) => recorded(conditionsPatch("pods", pod, unready), pod, "Node is not ready", "Warning")),
    ...(unknown.length > 0 && {
      node:
        ready === "True"
          ? recorded(marked, node, `Node ${node.metadata.name} status is now: NodeNotReady`, "Normal")
          : marked,
    }),
  };
}

const recorded = (
  patch: PatchEffect,
  about: Stored<Node> | Stored<Pod>,
  message: string,
  type: NonNullable<EventText["type"]>,
): PatchEffect => ({ ...patch, record: { about, success: { reason: "NodeNotReady", message, type } } });
