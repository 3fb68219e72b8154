import type { JobStatus } from "../../generated/batch.v1.ts";

type JobConditionType = "Complete" | "Failed" | "FailureTarget" | "SuccessCriteriaMet" | "Suspended";

const has = ({ conditions }: JobStatus, type: JobConditionType, status: "True" | "False"): boolean =>
  conditions?.some((condition) => condition.type === type && condition.status === status) ?? false;

export const isTrue = (status: JobStatus, type: JobConditionType): boolean => has(status, type, "True");

/** Stronger than not true: it was set before, or there would be nothing to deny. */
export const isFalse = (status: JobStatus, type: JobConditionType): boolean => has(status, type, "False");

export const isFinished = (status: JobStatus): boolean => isTrue(status, "Complete") || isTrue(status, "Failed");
