/** How a Job's podFailurePolicy classifies a failed pod. */
import type { Job } from "../../../api/generated/batch.v1.ts";
import type { ContainerStatus, Pod } from "../../../api/generated/core.v1.ts";

type Rule = NonNullable<Job["spec"]["podFailurePolicy"]>["rules"][number];

export interface Verdict {
  readonly action: "FailJob" | "FailIndex" | "Ignore" | "Count";
  readonly message: string;
}

const COUNT: Verdict = { action: "Count", message: "" };

export function verdictOf(job: Job, pod: Pod): Verdict {
  for (const [position, rule] of (job.spec.podFailurePolicy?.rules ?? []).entries()) {
    const reason = matchExit(rule, pod) ?? matchCondition(rule, pod);
    if (reason !== undefined)
      return {
        action: rule.action as Verdict["action"],
        message: `${reason} matching ${rule.action} rule at index ${position}`,
      };
  }
  return COUNT;
}

function matchExit({ onExitCodes }: Rule, pod: Pod): string | undefined {
  if (!onExitCodes) return undefined;
  const statuses: readonly ContainerStatus[] = [
    ...(pod.status.containerStatuses ?? []),
    ...(pod.status.initContainerStatuses ?? []),
  ];
  for (const { name, state } of statuses) {
    if (onExitCodes.containerName !== undefined && onExitCodes.containerName !== name) continue;
    const exitCode = state?.terminated?.exitCode;
    if (exitCode === undefined || exitCode === 0) continue;
    const listed = onExitCodes.values.includes(exitCode);
    if (listed === (onExitCodes.operator === "In"))
      return `Container ${name} for pod ${pod.metadata.namespace}/${pod.metadata.name} failed with exit code ${exitCode}`;
  }
  return undefined;
}

function matchCondition({ onPodConditions }: Rule, pod: Pod): string | undefined {
  for (const pattern of onPodConditions ?? []) {
    const found = pod.status.conditions?.find(
      ({ type, status }) => type === pattern.type && status === (pattern.status ?? "True"),
    );
    if (found) return `Pod ${pod.metadata.namespace}/${pod.metadata.name} has condition ${pattern.type}`;
  }
  return undefined;
}
