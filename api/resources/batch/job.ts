import type { Job } from "../../generated/batch.v1.ts";
import { validateLabels } from "../../machinery/labels-validation.ts";
import { nameIsSubdomain } from "../../machinery/names.ts";
import { humanDuration } from "../../machinery/time/duration.ts";
import { containersColumn, imagesColumn, selectorColumn } from "../apps/pod-columns.ts";
import { defaultPodTemplate } from "../apps/pod-template.ts";
import { workloadWarnings } from "../apps/workload-warnings.ts";
import { defineResource } from "../resource.ts";
import { ageColumn } from "../time-columns.ts";
import { isTrue } from "./job-conditions.ts";
import { generateSelector } from "./job-selector.ts";
import { validateJobStatusUpdate } from "./job-status-validation.ts";
import { validateJobUpdate } from "./job-update-validation.ts";
import { validateJob } from "./job-validation.ts";

const MAX_INT32 = 2147483647;

/** If both are exceeded, the failed indexes may not fit into the status. */
const MANY_INDEXES = { completions: 100_000, parallelism: 10_000 };

function indexWarnings({ spec: { completionMode, completions = 0, parallelism = 0 } }: Job): string[] {
  if (completionMode !== "Indexed") return [];
  if (completions <= MANY_INDEXES.completions || parallelism <= MANY_INDEXES.parallelism) return [];
  return [
    "spec: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail",
  ];
}

/**
 * Kubernetes applies defaults again when it reads the stored job, whose template has labels by then; invalid ones are
 * refused in the template.
 */
function labelAsTemplate({ metadata, spec }: Job): void {
  const labels = spec.template?.metadata?.labels;
  if (labels && validateLabels(labels, "").length === 0 && Object.keys(metadata.labels ?? {}).length === 0)
    metadata.labels = { ...labels };
}

export const job = defineResource<Job>({
  group: "batch",
  version: "v1",
  kind: "Job",
  plural: "jobs",
  scope: "Namespaced",
  categories: ["all"],
  generation: true,
  validateName: nameIsSubdomain,
  // batch/v1 keeps the behaviour from before there was a garbage collector.
  defaultPropagation: "Orphan",
  propagationWarning:
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning",
  podSpec: ({ spec }) => spec.template?.spec,
  defaults: ({ metadata, spec }) => {
    if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
    spec.parallelism ??= 1;
    spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : MAX_INT32;
    spec.completionMode ??= "NonIndexed";
    spec.manualSelector ??= false;
    spec.suspend ??= false;
    spec.podReplacementPolicy ??= spec.podFailurePolicy ? "Failed" : "TerminatingOrFailed";
    defaultPodFailurePolicy(spec);
    defaultPodTemplate(spec);
    const labels = spec.template.metadata?.labels;
    if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = labels;
  },
  prepareCreate: (draft) => {
    if (!draft.spec.manualSelector) generateSelector(draft);
    labelAsTemplate(draft);
  },
  validate: validateJob,
  validateUpdate: validateJobUpdate,
  status: { prepareUpdate: labelAsTemplate, validateUpdate: validateJobStatusUpdate },
  fields: { "status.successful": ({ status }) => String(status.succeeded ?? 0) },
  warnings: (object, old) =>
    workloadWarnings(object, old, { template: object.spec.template, ofSpec: indexWarnings(object) }),
  columns: [
    { name: "Status", type: "string", description: "Status of the job.", of: printedState },
    {
      name: "Completions",
      type: "string",
      description:
        "The number of pods which reached phase Succeeded. The value increases monotonically for a given spec. However, it may decrease in reaction to scale down of elastic indexed jobs.",
      of: printedCompletions,
    },
    {
      name: "Duration",
      type: "string",
      description: "Time required to complete the job.",
      of: ({ status: { startTime, completionTime } }, age) => {
        if (!startTime) return "";
        const started = Date.parse(startTime);
        return completionTime ? humanDuration(Date.parse(completionTime) - started) : age(started);
      },
    },
    ageColumn,
    containersColumn(({ spec }) => spec.template),
    imagesColumn(({ spec }) => spec.template),
    selectorColumn(
      ({ spec }) => spec.selector,
      "A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
    ),
  ],
  age: false,
});

/** Also for job templates of cron jobs, which get no other defaults of a job. */
export function defaultPodFailurePolicy({ podFailurePolicy }: Job["spec"]): void {
  for (const rule of podFailurePolicy?.rules ?? [])
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= "True";
}

function printedState({ metadata, status }: Job): string {
  if (isTrue(status, "Complete")) return "Complete";
  if (isTrue(status, "Failed")) return "Failed";
  if (metadata.deletionTimestamp) return "Terminating";
  if (isTrue(status, "Suspended")) return "Suspended";
  if (isTrue(status, "FailureTarget")) return "FailureTarget";
  if (isTrue(status, "SuccessCriteriaMet")) return "SuccessCriteriaMet";
  return "Running";
}

function printedCompletions({ spec: { completions, parallelism = 0 }, status: { succeeded = 0 } }: Job): string {
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}
