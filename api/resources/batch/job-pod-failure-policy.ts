/** pkg/apis/batch/validation: spec.podFailurePolicy. */
import type { JobSpec, PodFailurePolicyRule } from "../../generated/batch.v1.ts";
import {
  duplicate,
  type FieldError,
  invalid,
  invalidWithoutValue,
  notSupported,
  required,
  tooMany,
} from "../../machinery/field-error.ts";
import { qualifiedName } from "../../machinery/names.ts";
import { repeated } from "../../machinery/repeated.ts";

const MAX_RULES = 20;
const MAX_VALUES = 255;
const MAX_PATTERNS = 20;

const ACTIONS = ["Count", "FailIndex", "FailJob", "Ignore"];
const OPERATORS = ["In", "NotIn"];
const STATUSES = ["False", "True", "Unknown"];

/** Formats a list like Go's %q. */
const quoted = (values: readonly string[]) => `valid values: [${values.map((value) => `"${value}"`).join(" ")}]`;

export function checkPodFailurePolicy(errors: FieldError[], path: string, spec: JobSpec): void {
  const rules = spec.podFailurePolicy?.rules ?? [];
  if (rules.length > MAX_RULES) errors.push(tooMany(`${path}.rules`, rules.length, MAX_RULES));
  const { containers = [], initContainers = [] } = spec.template?.spec ?? {};
  const names = new Set([...containers, ...initContainers].map(({ name }) => name));
  rules.forEach((rule, i) => {
    checkRule(errors, `${path}.rules[${i}]`, rule, { names, perIndex: spec.backoffLimitPerIndex !== undefined });
  });
}

function checkRule(
  errors: FieldError[],
  path: string,
  rule: PodFailurePolicyRule,
  job: { names: ReadonlySet<string>; perIndex: boolean },
): void {
  const { action = "", onExitCodes, onPodConditions = [] } = rule;
  if (action === "") errors.push(required(`${path}.action`, quoted(ACTIONS)));
  else if (action === "FailIndex") {
    if (!job.perIndex) errors.push(invalid(`${path}.action`, action, "requires the backoffLimitPerIndex to be set"));
  } else if (!ACTIONS.includes(action)) errors.push(notSupported(`${path}.action`, action, ACTIONS));
  if (onExitCodes) checkExitCodes(errors, `${path}.onExitCodes`, onExitCodes, job.names);
  if (onPodConditions.length > 0) checkConditions(errors, `${path}.onPodConditions`, onPodConditions);
  if (onExitCodes && onPodConditions.length > 0)
    errors.push(invalidWithoutValue(path, "specifying both OnExitCodes and OnPodConditions is not supported"));
  if (!onExitCodes && onPodConditions.length === 0)
    errors.push(invalidWithoutValue(path, "specifying one of OnExitCodes and OnPodConditions is required"));
}

function checkConditions(
  errors: FieldError[],
  path: string,
  patterns: NonNullable<PodFailurePolicyRule["onPodConditions"]>,
): void {
  if (patterns.length > MAX_PATTERNS) errors.push(tooMany(path, patterns.length, MAX_PATTERNS));
  patterns.forEach(({ type = "", status = "" }, i) => {
    for (const problem of qualifiedName(type)) errors.push(invalid(`${path}[${i}].type`, type, problem));
    if (status === "") errors.push(required(`${path}[${i}].status`, quoted(STATUSES)));
    else if (!STATUSES.includes(status)) errors.push(notSupported(`${path}[${i}].status`, status, STATUSES));
  });
}

function checkExitCodes(
  errors: FieldError[],
  path: string,
  { operator = "", containerName, values = [] }: NonNullable<PodFailurePolicyRule["onExitCodes"]>,
  names: ReadonlySet<string>,
): void {
  if (operator === "") errors.push(required(`${path}.operator`, quoted(OPERATORS)));
  else if (!OPERATORS.includes(operator)) errors.push(notSupported(`${path}.operator`, operator, OPERATORS));
  if (containerName !== undefined && !names.has(containerName))
    errors.push(
      invalid(
        `${path}.containerName`,
        containerName,
        "must be one of the container or initContainer names in the pod template",
      ),
    );
  if (values.length === 0) errors.push(invalid(`${path}.values`, values, "at least one value is required"));
  else if (values.length > MAX_VALUES) errors.push(tooMany(`${path}.values`, values.length, MAX_VALUES));
  const again = repeated(values);
  values.forEach((value, i) => {
    if (operator === "In" && value === 0)
      errors.push(invalid(`${path}.values[${i}]`, value, "must not be 0 for the In operator"));
    if (again.has(i)) errors.push(duplicate(`${path}.values[${i}]`, value));
  });
  if (values.some((value, i) => i > 0 && (values[i - 1] ?? 0) > value))
    errors.push(invalid(`${path}.values`, values, "must be ordered"));
}
