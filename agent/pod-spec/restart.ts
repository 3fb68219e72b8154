/** Whether an ended container is restarted: restart policies of pod and container, and rules by exit code. */
import type { Container, Pod } from "../../api/generated/core.v1.ts";
import type { PodContainer } from "./containers.ts";

export type RestartDecision = "restart" | "stay-ended" | "restart-all-containers";

/** The first rule that matches the exit code, which takes precedence over the policies. */
function ruleFor(container: Container, exitCode: number): RestartDecision | undefined {
  const rule = container.restartPolicyRules?.find(({ exitCodes }) => {
    const listed = exitCodes?.values?.includes(exitCode) ?? false;
    return exitCodes?.operator === "In" ? listed : exitCodes?.operator === "NotIn" ? !listed : false;
  });
  if (rule === undefined) return undefined;
  return rule.action === "RestartAllContainers" ? "restart-all-containers" : "restart";
}

export function restartDecision(pod: Pod, { role, container }: PodContainer, exitCode: number): RestartDecision {
  if (role === "ephemeral") return "stay-ended";
  if (role === "sidecar") return ruleFor(container, exitCode) ?? "restart";
  const rule = ruleFor(container, exitCode);
  if (rule !== undefined) return rule;
  if (role === "init" && exitCode === 0) return "stay-ended";
  const policy = container.restartPolicy ?? pod.spec.restartPolicy ?? "Always";
  if (policy === "Always") return "restart";
  return policy === "OnFailure" && exitCode !== 0 ? "restart" : "stay-ended";
}

/**
 * Whether a container that the agent itself kills (after a failed probe) is to run again, whatever its exit code will
 * be; if not, rules may still restart it once that is known.
 */
export const restartsAfterKill = (pod: Pod, { role, container }: PodContainer): boolean =>
  role === "sidecar" || (container.restartPolicy ?? pod.spec.restartPolicy ?? "Always") !== "Never";
