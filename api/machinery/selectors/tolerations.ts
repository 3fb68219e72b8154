/** Whether a toleration tolerates a taint (component-helpers/scheduling/corev1). */
import type { Taint, Toleration } from "../../generated/core.v1.ts";
import { parseInt64 } from "../encoding/int64.ts";

export const toleratesAny = (tolerations: readonly Toleration[], taint: Taint): boolean =>
  tolerations.some((each) => tolerates(each, taint));

export function tolerates(
  { key = "", operator = "Equal", value = "", effect = "" }: Toleration,
  taint: Taint,
): boolean {
  if (effect !== "" && effect !== taint.effect) return false;
  if (key !== "" && key !== taint.key) return false;
  switch (operator) {
    case "":
    case "Equal":
      return value === (taint.value ?? "");
    case "Exists":
      return true;
    case "Gt":
    case "Lt": {
      const [own, theirs] = [parseInt64(value), parseInt64(taint.value)];
      if (own === undefined || theirs === undefined) return false;
      return operator === "Gt" ? theirs > own : theirs < own;
    }
    default:
      return false;
  }
}

/** Effects that keep pods off a node. */
export const preventsScheduling = ({ effect }: Taint): boolean => effect === "NoSchedule" || effect === "NoExecute";

/** The effect that only counts for scoring. */
export const discouragesScheduling = ({ effect }: Taint): boolean => effect === "PreferNoSchedule";
