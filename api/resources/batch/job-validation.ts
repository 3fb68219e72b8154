/** pkg/apis/batch/validation: Job and the job templates of cron jobs. */
import type { Job, JobSpec } from "../../generated/batch.v1.ts";
import { utf8Length } from "../../machinery/encoding/utf8.ts";
import { checkNonNegative, sortedMap } from "../../machinery/field-checks.ts";
import { type FieldError, invalid, notSupported, required, tooLong } from "../../machinery/field-error.ts";
import { printedLabelSelector, validateLabelSelector } from "../../machinery/labels-validation.ts";
import { dnsLabel } from "../../machinery/names.ts";
import { domainPrefixedPath } from "../../machinery/network/domain-path.ts";
import { labelSelectorRequirements, labelsMatch } from "../../machinery/selectors/selector.ts";
import { goStruct } from "../../schema/go-struct.ts";
import { checkPodTemplate } from "../apps/pod-template.ts";
import { checkPodFailurePolicy } from "./job-pod-failure-policy.ts";
import { checkGeneratedSelector } from "./job-selector.ts";
import { checkSuccessPolicy } from "./job-success-policy.ts";

const MANY = 100_000;
/** For parallelism and failed indexes, if there are more than MANY completions with a limit each. */
const LIMIT_FOR_MANY = 10_000;
const MAX_MANAGED_BY = 63;

interface JobSpecs {
  readonly spec: JobSpec;
  /** On an update. */
  readonly old: JobSpec | undefined;
}

/** `old`: on an update. */
export function validateJob(job: Job, old?: Job): FieldError[] {
  const errors: FieldError[] = [];
  checkGeneratedSelector(errors, job, old);
  checkSpecAndSelector(errors, job.spec, old?.spec);
  const { completionMode, completions = 0 } = job.spec;
  if (completionMode === "Indexed" && completions > 0) {
    // Pods of an indexed job have their index in the hostname.
    const name = job.metadata.name ?? "";
    const longest = `${name}-${completions - 1}`;
    if (dnsLabel(longest).length > 0)
      errors.push(invalid("metadata.name", name, `will not able to create pod with invalid DNS label: ${longest}`));
  }
  return errors;
}

export function checkSpecAndSelector(errors: FieldError[], spec: JobSpec, old: JobSpec | undefined): void {
  checkJobSpec(errors, "spec", { spec, old });
  const problems = spec.selector ? validateLabelSelector(spec.selector, "spec.selector") : [required("spec.selector")];
  errors.push(...problems);
  if (spec.selector && problems.length > 0) return;
  const labels = spec.template?.metadata?.labels;
  if (!spec.selector || !labelsMatch(labelSelectorRequirements(spec.selector), labels))
    errors.push(
      invalid("spec.template.metadata.labels", sortedMap(labels), "`selector` does not match template `labels`"),
    );
}

/** The spec of a cron job's job template, whose jobs get their selectors later. */
export function checkJobTemplateSpec(errors: FieldError[], path: string, { spec, old }: JobSpecs): void {
  checkJobSpec(errors, path, { spec, old });
  if (spec.selector)
    errors.push(invalid(`${path}.selector`, printedLabelSelector(spec.selector), "`selector` will be auto-generated"));
  if (spec.manualSelector) errors.push(notSupported(`${path}.manualSelector`, true, ["nil", "false"]));
}

function checkJobSpec(errors: FieldError[], path: string, { spec, old }: JobSpecs): void {
  checkNonNegative(errors, `${path}.parallelism`, spec.parallelism);
  checkNonNegative(errors, `${path}.completions`, spec.completions);
  checkNonNegative(errors, `${path}.activeDeadlineSeconds`, spec.activeDeadlineSeconds);
  checkNonNegative(errors, `${path}.backoffLimit`, spec.backoffLimit);
  checkNonNegative(errors, `${path}.ttlSecondsAfterFinished`, spec.ttlSecondsAfterFinished);
  checkNonNegative(errors, `${path}.backoffLimitPerIndex`, spec.backoffLimitPerIndex);
  if (spec.maxFailedIndexes !== undefined) {
    checkNonNegative(errors, `${path}.maxFailedIndexes`, spec.maxFailedIndexes);
    if (spec.backoffLimitPerIndex === undefined)
      errors.push(required(`${path}.backoffLimitPerIndex`, "when maxFailedIndexes is specified"));
  }
  checkManagedBy(errors, `${path}.managedBy`, spec.managedBy);
  checkCompletionMode(errors, path, spec);
  if (spec.podFailurePolicy) checkPodFailurePolicy(errors, `${path}.podFailurePolicy`, spec);
  if (spec.successPolicy) {
    if (spec.completionMode === "Indexed") checkSuccessPolicy(errors, `${path}.successPolicy`, spec);
    else
      errors.push(
        invalid(
          `${path}.successPolicy`,
          goStruct("batch.v1.SuccessPolicy", spec.successPolicy),
          "requires indexed completion mode",
        ),
      );
  }
  checkPodReplacementPolicy(errors, `${path}.podReplacementPolicy`, spec);
  checkPodTemplate(errors, `${path}.template`, { template: spec.template, old: old?.template });
  checkRestartPolicy(errors, `${path}.template.spec.restartPolicy`, spec);
}

function checkManagedBy(errors: FieldError[], path: string, managedBy: string | undefined): void {
  if (managedBy === undefined) return;
  errors.push(...domainPrefixedPath(managedBy, path));
  if (utf8Length(managedBy) > MAX_MANAGED_BY) errors.push(tooLong(path, MAX_MANAGED_BY));
}

function checkCompletionMode(errors: FieldError[], path: string, spec: JobSpec): void {
  const { completionMode, backoffLimitPerIndex, maxFailedIndexes } = spec;
  if (completionMode !== undefined && completionMode !== "NonIndexed" && completionMode !== "Indexed")
    errors.push(notSupported(`${path}.completionMode`, completionMode, ["NonIndexed", "Indexed"]));
  if (completionMode === "Indexed") checkIndexed(errors, path, spec);
  else if (completionMode === undefined || completionMode === "NonIndexed") {
    if (backoffLimitPerIndex !== undefined)
      errors.push(invalid(`${path}.backoffLimitPerIndex`, backoffLimitPerIndex, "requires indexed completion mode"));
    if (maxFailedIndexes !== undefined)
      errors.push(invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, "requires indexed completion mode"));
  }
}

function checkIndexed(
  errors: FieldError[],
  path: string,
  { completions, parallelism = 0, maxFailedIndexes, backoffLimitPerIndex }: JobSpec,
): void {
  if (completions === undefined) errors.push(required(`${path}.completions`, "when completion mode is Indexed"));
  if (parallelism > MANY)
    errors.push(
      invalid(
        `${path}.parallelism`,
        parallelism,
        `must be less than or equal to ${MANY} when completion mode is Indexed`,
      ),
    );
  if (completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions)
    errors.push(invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, "must be less than or equal to completions"));
  if (maxFailedIndexes !== undefined && maxFailedIndexes > MANY)
    errors.push(invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, `must be less than or equal to ${MANY}`));
  if (completions === undefined || completions <= MANY || backoffLimitPerIndex === undefined) return;
  const limited = `must be less than or equal to ${LIMIT_FOR_MANY} when completions are above ${MANY} and used with backoff limit per index`;
  if (maxFailedIndexes === undefined)
    errors.push(required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${MANY}`));
  if (parallelism > LIMIT_FOR_MANY) errors.push(invalid(`${path}.parallelism`, parallelism, limited));
  if (maxFailedIndexes !== undefined && maxFailedIndexes > LIMIT_FOR_MANY)
    errors.push(invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, limited));
}

function checkPodReplacementPolicy(errors: FieldError[], path: string, spec: JobSpec): void {
  const { podReplacementPolicy: policy, podFailurePolicy } = spec;
  if (policy === undefined) return;
  const supported = podFailurePolicy ? ["Failed"] : ["Failed", "TerminatingOrFailed"];
  if (!supported.includes(policy)) errors.push(notSupported(path, policy, supported));
}

function checkRestartPolicy(errors: FieldError[], path: string, { template, podFailurePolicy }: JobSpec): void {
  const policy = template?.spec?.restartPolicy ?? "";
  if (policy === "" || policy === "Always") errors.push(required(path, 'valid values: "OnFailure", "Never"'));
  else if (policy !== "OnFailure" && policy !== "Never")
    errors.push(notSupported(path, policy, ["OnFailure", "Never"]));
  else if (podFailurePolicy && policy !== "Never")
    errors.push(invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified'));
}
