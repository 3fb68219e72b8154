/** A status with the times of an earlier one of the same pod, where nothing has changed since. */
import type { PodStatus } from "../../../api/generated/core.v1.ts";

const earliest = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a;

export function withEarlierTimes(status: PodStatus, before: PodStatus): PodStatus {
  const startTime = earliest(status.startTime, before.startTime);
  const conditions = (status.conditions ?? before.conditions)?.map((condition) => {
    const known = before.conditions?.find(
      (each) => each.type === condition.type && each.status === condition.status,
    )?.lastTransitionTime;
    const lastTransitionTime = earliest(condition.lastTransitionTime, known);
    return lastTransitionTime === undefined ? condition : { ...condition, lastTransitionTime };
  });
  return {
    ...status,
    ...(startTime === undefined ? {} : { startTime }),
    ...(conditions === undefined ? {} : { conditions }),
  };
}
