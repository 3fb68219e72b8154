import type { CronJob } from "../../generated/batch.v1.ts";
import { utf8Length } from "../../machinery/encoding/utf8.ts";
import { checkNonNegative } from "../../machinery/field-checks.ts";
import { type FieldError, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { nameIsSubdomain } from "../../machinery/names.ts";
import { ageOf } from "../../machinery/time/duration.ts";
import { containersColumn, imagesColumn, selectorColumn } from "../apps/pod-columns.ts";
import { defaultPodTemplate } from "../apps/pod-template.ts";
import { workloadWarnings } from "../apps/workload-warnings.ts";
import { defineResource } from "../resource.ts";
import { ageColumn } from "../time-columns.ts";
import { checkSchedule } from "./cron-schedule-validation.ts";
import { defaultPodFailurePolicy } from "./job.ts";
import { checkJobTemplateSpec } from "./job-validation.ts";
import { checkTimeZone } from "./time-zone-validation.ts";

/** The names of its jobs are its own, a dash and ten digits, in at most 63 characters. */
const MAX_NAME = 52;

export const cronJob = defineResource<CronJob>({
  group: "batch",
  version: "v1",
  kind: "CronJob",
  plural: "cronjobs",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "whole", "changes"],
  shortNames: ["cj"],
  categories: ["all"],
  generation: true,
  validateName: nameIsSubdomain,
  podSpec: ({ spec }) => spec.jobTemplate.spec?.template?.spec,
  defaults: ({ spec }) => {
    spec.concurrencyPolicy ||= "Allow";
    spec.suspend ??= false;
    spec.successfulJobsHistoryLimit ??= 3;
    spec.failedJobsHistoryLimit ??= 1;
    spec.jobTemplate ??= {};
    spec.jobTemplate.spec ??= { template: {} };
    defaultPodFailurePolicy(spec.jobTemplate.spec);
    defaultPodTemplate(spec.jobTemplate.spec);
  },
  validate: validateCronJob,
  validateCreate: ({ metadata: { name = "" } }) =>
    utf8Length(name) > MAX_NAME ? [invalid("metadata.name", name, `must be no more than ${MAX_NAME} characters`)] : [],
  status: {},
  warnings: (object, old) => [
    ...workloadWarnings(object, old, {
      template: object.spec.jobTemplate.spec?.template,
      path: "spec.jobTemplate.spec.template",
    }),
    ...(object.spec.schedule.includes("TZ") ? ["cannot use TZ or CRON_TZ in spec.schedule, use timeZone instead"] : []),
  ],
  columns: [
    {
      name: "Schedule",
      type: "string",
      description: "The schedule in Cron format, see https://en.wikipedia.org/wiki/Cron.",
      of: ({ spec }) => spec.schedule ?? "",
    },
    {
      name: "Timezone",
      type: "string",
      description:
        "The time zone name for the given schedule, see https://en.wikipedia.org/wiki/List_of_tz_database_time_zones. If not specified, this will default to the time zone of the kube-controller-manager process. The set of valid time zone names and the time zone offset is loaded from the system-wide time zone database by the API server during CronJob validation and the controller manager during execution. If no system-wide time zone database can be found a bundled version of the database is used instead. If the time zone name becomes invalid during the lifetime of a CronJob or due to a change in host configuration, the controller will stop creating new new Jobs and will create a system event with the reason UnknownTimeZone. More information can be found in https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#time-zones",
      of: ({ spec }) => spec.timeZone ?? "<none>",
    },
    {
      name: "Suspend",
      type: "boolean",
      description:
        "This flag tells the controller to suspend subsequent executions, it does not apply to already started executions.  Defaults to false.",
      of: ({ spec }) => (spec.suspend === undefined ? "<unset>" : spec.suspend ? "True" : "False"),
    },
    {
      name: "Active",
      type: "integer",
      description: "A list of pointers to currently running jobs.",
      of: ({ status }) => status.active?.length ?? 0,
    },
    {
      name: "Last Schedule",
      type: "string",
      description: "Information when was the last time the job was successfully scheduled.",
      of: ({ status }, age) => (status.lastScheduleTime ? ageOf(status.lastScheduleTime, age) : "<none>"),
    },
    ageColumn,
    containersColumn(({ spec }) => spec.jobTemplate.spec?.template ?? {}),
    imagesColumn(({ spec }) => spec.jobTemplate.spec?.template ?? {}),
    selectorColumn(
      ({ spec }) => spec.jobTemplate.spec?.selector,
      "A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
    ),
  ],
  age: false,
});

const POLICIES = ["Allow", "Forbid", "Replace"];

function validateCronJob({ spec }: CronJob, old?: CronJob): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec.schedule) errors.push(required("spec.schedule"));
  else checkSchedule(errors, "spec.schedule", spec.schedule);
  checkNonNegative(errors, "spec.startingDeadlineSeconds", spec.startingDeadlineSeconds);
  if (!old || spec.timeZone !== old.spec.timeZone) checkTimeZone(errors, "spec.timeZone", spec.timeZone);
  if (!spec.concurrencyPolicy) errors.push(required("spec.concurrencyPolicy"));
  else if (!POLICIES.includes(spec.concurrencyPolicy))
    errors.push(notSupported("spec.concurrencyPolicy", spec.concurrencyPolicy, POLICIES));
  checkJobTemplateSpec(errors, "spec.jobTemplate.spec", {
    spec: spec.jobTemplate.spec ?? { template: {} },
    old: old?.spec.jobTemplate.spec,
  });
  checkNonNegative(errors, "spec.successfulJobsHistoryLimit", spec.successfulJobsHistoryLimit);
  checkNonNegative(errors, "spec.failedJobsHistoryLimit", spec.failedJobsHistoryLimit);
  return errors;
}
