import type { JobStatus } from "../../generated/batch.v1.ts";
import { isConditionTrue } from "../../machinery/conditions.ts";

type JobConditionType = "Complete" | "Failed" | "FailureTarget" | "SuccessCriteriaMet" | "Suspended";

export const isTrue: (status: JobStatus, type: JobConditionType) => boolean = isConditionTrue;

/** Stronger than not true: it was set before, or there would be nothing to deny. */
export const isFalse = ({ conditions }: JobStatus, type: JobConditionType): boolean =>
  conditions?.some((condition) => condition.type === type && condition.status === "False") ?? false;

export const isFinished = (status: JobStatus): boolean => isTrue(status, "Complete") || isTrue(status, "Failed");
