/** How long a pod may still be active (`spec.activeDeadlineSeconds`). */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { Verdict } from "./local.ts";

/** In the kubelet's words. */
export const PAST_DEADLINE: Verdict = {
  reason: "DeadlineExceeded",
  message: "Pod was active on the node longer than the specified deadline",
  refused: false,
};

interface Now {
  readonly timeOfDay: number;
  /** Of the monotonic clock. */
  readonly steady: number;
}

export class ActiveDeadline {
  #start: Now | undefined;

  /**
   * Milliseconds; undefined: there is no deadline. The pod began at `startTime`, a time of day that is compared with the
   * machine's clock once: that may be changed later.
   */
  left({ spec }: Pick<Pod, "spec">, startTime: number, now: Now): number | undefined {
    if (this.#start?.timeOfDay !== startTime)
      this.#start = { timeOfDay: startTime, steady: now.steady - Math.max(0, now.timeOfDay - startTime) };
    const { activeDeadlineSeconds } = spec;
    return activeDeadlineSeconds === undefined
      ? undefined
      : this.#start.steady + activeDeadlineSeconds * 1000 - now.steady;
  }
}
