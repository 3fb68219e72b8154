/** Why the node ends a pod for its own sake, in the kubelet's words. Pure. */
import type { Eviction } from "../pressure/choose-victim.ts";
import type { Verdict } from "./local.ts";

export type NodeVerdict = Omit<Verdict, "refused" | "endedByNode">;

export const EVICTED = "Evicted";

/** Seconds, for a pod that exceeds its own limit. */
const OVER_LIMIT_GRACE = 1;

/** The node is under resource pressure. */
export const evicted = ({ message, graceSeconds }: Eviction): NodeVerdict => ({
  reason: EVICTED,
  message,
  disruption: message,
  graceSeconds,
});

/** The pod exceeds its local storage limit. */
export const evictedOverLimit = (message: string): NodeVerdict => ({
  reason: EVICTED,
  message,
  graceSeconds: OVER_LIMIT_GRACE,
});

/** Another pod must run here. */
export const PREEMPTED: NodeVerdict = {
  reason: "Preempting",
  message: "Preempted in order to admit critical pod",
  disruption: "Pod was preempted by Kubelet to accommodate a critical pod.",
};

const SHUT_DOWN = "Pod was terminated in response to imminent node shutdown.";

/** The machine shuts down. */
export const shutDown = (graceSeconds: number): NodeVerdict => ({
  reason: "Terminated",
  message: SHUT_DOWN,
  disruption: SHUT_DOWN,
  graceSeconds,
});
