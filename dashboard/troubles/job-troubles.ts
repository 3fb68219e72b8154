import type { Job } from "../../api/generated/batch.v1.ts";
import { isConditionTrue } from "../../api/machinery/conditions.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { ownersOf } from "../summaries/owners.ts";
import type { WarningOf } from "./pod-troubles.ts";
import { refusalAdvice } from "./refusal-advice.ts";
import type { Trouble } from "./trouble.ts";
import { REFUSED } from "./workload-troubles.ts";

export const jobTroubles = (jobs: Iterable<Stored<Job>>, warningOf: WarningOf): Trouble[] =>
  [...jobs].flatMap((job): Trouble[] => {
    const { uid, namespace = "", name, creationTimestamp } = job.metadata;
    const base = { uid, apiVersion: "batch/v1", kind: "Job", namespace, name, owner: ownersOf(job)[0] };
    const failed = job.status.conditions?.find(({ type, status }) => type === "Failed" && status === "True");
    if (failed) {
      const { reason = "", message: detail = "", lastTransitionTime: since = creationTimestamp } = failed;
      return [{ ...base, tone: "bad", state: "Failed", why: FAILURES[reason] ?? OTHER, detail, since }];
    }
    if (isConditionTrue(job.status, "Complete")) return [];
    const failures = job.status.failed ?? 0;
    if (failures > 0) {
      const why = `${failures === 1 ? "One pod has" : `${failures} pods have`} failed and it tries again: their logs say why.`;
      return [{ ...base, tone: "warn", state: "Retrying", why, detail: "", since: creationTimestamp }];
    }
    const warning = warningOf(uid);
    if ((job.status.active ?? 0) > 0 || warning?.reason !== "FailedCreate") return [];
    const why = refusalAdvice(warning.message);
    return [{ ...base, tone: "bad", state: REFUSED, why, detail: warning.message, since: creationTimestamp }];
  });

const OTHER = "It failed: its pods' logs say why. To run it again, delete it and create it corrected.";

const FAILURES: Readonly<Record<string, string>> = {
  BackoffLimitExceeded:
    "Its pods failed more often than it allows: their logs say why. To run it again, delete it and create it corrected.",
  DeadlineExceeded: "It took longer than its activeDeadlineSeconds allow: raise them, or find out what takes so long.",
};
