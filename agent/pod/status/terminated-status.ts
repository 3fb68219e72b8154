/**
 * The last status of a pod whose containers have all stopped for good: whatever is not known to have ended counts as
 * failed. The rules are the kubelet's; conditions stay as they were.
 */
import type { ContainerStatus, Pod, PodStatus } from "../../../api/generated/core.v1.ts";
import { initContainersOf } from "../../pod-spec/containers.ts";
import { isTerminal } from "../../pod-spec/pod-phase.ts";
import { isStatic } from "../../static-pods/mirror.ts";
import { LOST } from "./container-status.ts";

/** Whether it has ever run. */
const hasMoved = ({ state, lastState }: ContainerStatus): boolean =>
  lastState?.terminated !== undefined || state?.waiting === undefined;

const succeeded = ({ state, lastState }: ContainerStatus): boolean =>
  state?.terminated?.exitCode === 0 || lastState?.terminated?.exitCode === 0;

/** Without such a sign, its main containers were never due. */
function hasInitialized(pod: Pod): boolean {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status;
  const last = initContainerStatuses.at(-1);
  if (initContainersOf(pod).length === 0 || containerStatuses.some(hasMoved)) return true;
  return last !== undefined && succeeded(last);
}

const ended = (status: ContainerStatus): ContainerStatus =>
  status.state?.terminated !== undefined ? status : { ...status, state: { terminated: LOST } };

/** `pod` has the status that the API had when the pod itself last changed: what has happened since is no sign. */
export function terminatedStatus(pod: Pod, status: PodStatus): PodStatus {
  const { containerStatuses = [], initContainerStatuses = [] } = status;
  // The first init container counts as begun; those after the last one that ran do not.
  const begun = Math.max(0, initContainerStatuses.findLastIndex(hasMoved));
  const init = initContainerStatuses.map((each, i) => (i <= begun ? ended(each) : each));
  return {
    ...status,
    ...(isTerminal(status.phase) || isStatic(pod) ? {} : { phase: "Failed" }),
    ...(init.length === 0 ? {} : { initContainerStatuses: init }),
    containerStatuses: hasInitialized(pod) ? containerStatuses.map(ended) : containerStatuses,
  };
}
