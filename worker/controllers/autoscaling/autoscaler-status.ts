import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerStatus } from "../../../api/generated/autoscaling.v2.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { Effect } from "../controller.ts";
import { statusUpdate } from "../status-update.ts";

export const RESOURCE = "horizontalpodautoscalers.autoscaling";

/** Writes the status if it has changed. A conflict is no news: the next attempt sees the newer autoscaler. */
export const autoscalerStatus = (
  about: Stored<HorizontalPodAutoscaler>,
  status: HorizontalPodAutoscalerStatus,
): readonly Effect[] => {
  const failure = { reason: "FailedUpdateStatus", message: "{message}", unless: "Conflict" };
  return statusUpdate(RESOURCE, about, status).map((effect) => ({ ...effect, record: { about, failure } }));
};
