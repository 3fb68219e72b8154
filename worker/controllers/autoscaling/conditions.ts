import type { HorizontalPodAutoscalerCondition } from "../../../api/generated/autoscaling.v2.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";

/** Sets a condition in place, or appends it. Its time is that of the last change of status. */
export function setCondition(
  conditions: readonly HorizontalPodAutoscalerCondition[],
  next: Pick<HorizontalPodAutoscalerCondition, "type" | "status" | "reason" | "message">,
  now: number,
): HorizontalPodAutoscalerCondition[] {
  const current = conditions.find(({ type }) => type === next.type);
  const stamp = timestamp(now);
  const lastTransitionTime = current?.status === next.status ? (current.lastTransitionTime ?? stamp) : stamp;
  const condition = { ...next, lastTransitionTime };
  return current ? conditions.map((each) => (each === current ? condition : each)) : [...conditions, condition];
}
