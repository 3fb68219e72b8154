import type { CronJob } from "../../api/generated/batch.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { api } from "../api/connection.ts";
import { kindOfReference } from "../api/discovery.ts";
import { targetOf } from "../api/kind.ts";
import type { ActionOf } from "./action.ts";
import { jobOf } from "./job-of.ts";

/** Like `kubectl create job --from=cronjob/NAME`. */
export const runNow: ActionOf = (kind, object) => {
  if (kind.group !== "batch" || kind.plural !== "cronjobs") return undefined;
  const jobs = kindOfReference("batch/v1", "Job");
  if (!jobs) return undefined;
  const { namespace = "", name } = object.metadata;
  return {
    title: "Run now",
    needs: { verb: "create" },
    makes: jobs,
    consequence: "A Job of its template begins at once, whatever the schedule says.",
    command: () => `kubectl create job ${name}-now --from=cronjob/${name} -n ${namespace}`,
    run: () => api.create(targetOf(jobs, { namespace }), jobOf(object as Stored<CronJob>)),
    done: `A Job of ${name} begins`,
  };
};
