/** What an earlier run of the agent found, by the pod's status: a pod that was ready stays so while the agent restarts. */
import type { PodStatus } from "../../api/generated/core.v1.ts";
import type { ProbeResults } from "./probe-outcome.ts";

export function earlierResults(
  { conditions = [], initContainerStatuses = [], containerStatuses = [] }: PodStatus,
  containerId: string,
): ProbeResults {
  const status = [...initContainerStatuses, ...containerStatuses].find((each) => each.containerID === containerId);
  if (status?.started !== true) return {};
  // The pods of a lost node are marked as not ready, and have to show that they are.
  const isReady = status.ready && conditions.some(({ type, status: is }) => type === "Ready" && is === "True");
  return { startup: "success", ...(isReady && { readiness: "success" }) };
}
