import type { JobStatus } from "../../generated/batch.v1.ts";

type JobConditionType = "Complete" | "Failed" | "FailureTarget" | "SuccessCriteriaMet" | "Suspended";

export const isTrue = ({ conditions }: JobStatus, type: JobConditionType): boolean =>
  conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;

export const isFinished = (status: JobStatus): boolean => isTrue(status, "Complete") || isTrue(status, "Failed");
