/**
 * Which changes of the API's pod are worth waking its worker: most only contain what the agent itself has reported.
 * Pure.
 */
import type { Pod, PodStatus } from "../../../api/generated/core.v1.ts";
import { isTerminal } from "../../pod-spec/pod-phase.ts";
import { SETTLED } from "../allocation.ts";
import { conditionsOf } from "./conditions.ts";

/** `own` is the status last computed by the agent. */
export const isNotableChange = (before: Pod, after: Pod, own: PodStatus): boolean =>
  isEdited(before, after) || hasGateMoved(after, own) || isOverwritten(after, own);

const isEdited = (before: Pod, after: Pod): boolean =>
  JSON.stringify(withoutBookkeeping(before)) !== JSON.stringify(withoutBookkeeping(after));

function withoutBookkeeping({ metadata, spec }: Pod): unknown {
  const { resourceVersion: _, managedFields: __, ...rest } = metadata;
  return { rest, spec };
}

/** Only a change in whether readiness gates are met, or in which are not, requires a new status (as in the kubelet). */
function hasGateMoved(pod: Pod, own: PodStatus): boolean {
  if ((pod.spec.readinessGates ?? []).length === 0) return false;
  const isReady = ({ type }: { readonly type: string }) => type === "Ready";
  const now = conditionsOf({
    pod,
    statuses: [...(own.initContainerStatuses ?? []), ...(own.containerStatuses ?? [])],
    phase: (own.phase ?? "Pending") as "Pending",
    sandboxReady: true,
    restartingAll: false,
    resize: SETTLED,
    now: "",
  });
  const [before, after] = [own.conditions?.find(isReady), now.find(isReady)];
  return before?.status !== after?.status || before?.message !== after?.message;
}

/** Somebody reset the agent's own part of the status. */
const isOverwritten = ({ status }: Pod, { phase }: PodStatus): boolean =>
  status.phase !== phase && phase !== undefined && isTerminal(phase);
