/** The whole status of a pod: a pure function of the pod, the runtime's observation, and what the agent knows. */
import type { ContainerStatus, Pod, PodStatus } from "../../../api/generated/core.v1.ts";
import { addQuantities, formatQuantity, quantityOf } from "../../../api/machinery/quantity.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import {
  type Amounts,
  aggregateLimits,
  aggregateRequests,
} from "../../../api/resources/core/pod/resources/pod-requests.ts";
import { isTerminal, type Phase } from "../../pod-spec/pod-phase.ts";
import { qosOf } from "../../pod-spec/qos.ts";
import type { Observation } from "../../runtime/observation.ts";
import { withAllocation } from "../allocation.ts";
import type { PodLocal, Verdict } from "../local.ts";
import { conditionsOf } from "./conditions.ts";
import { containerStatuses } from "./container-status.ts";
import { phaseOf } from "./phase.ts";

export interface StatusInput {
  /** Its status is the last known one, the agent's own or the API's. */
  readonly pod: Pod;
  readonly observation: Observation;
  readonly local: PodLocal;
  readonly now: number;
}

type Resources = Record<string, string | number>;

/** The pod's total: pod-level resources take precedence over those of its containers. */
function amountsOf({ spec }: Pod, part: "requests" | "limits"): Resources | undefined {
  const aggregate = part === "requests" ? aggregateRequests(spec) : aggregateLimits(spec);
  const total: Amounts = { ...aggregate };
  for (const [name, own] of Object.entries(spec.resources?.[part] ?? {})) total[name] = quantityOf(own);
  if (part === "requests")
    for (const [name, more] of Object.entries(spec.overhead ?? {}))
      total[name] = addQuantities(total[name] ?? quantityOf("0"), quantityOf(more));
  const texts = Object.entries(total).map(([name, quantity]) => [name, formatQuantity(quantity)] as const);
  return texts.length === 0 ? undefined : Object.fromEntries(texts);
}

/** The allocated and the actual resources of the pod; they differ during a resize. */
function podResources(
  pod: Pod,
  { allocation, actualWhole }: PodLocal,
  statuses: readonly ContainerStatus[],
): Pick<PodStatus, "resources" | "allocatedResources"> {
  const actual = statuses.flatMap(({ name, resources }) =>
    resources === undefined ? [] : [[name, resources] as const],
  );
  const has = withAllocation(pod, {
    whole: actualWhole,
    containers: new Map([...allocation.containers, ...actual]),
  });
  const given = amountsOf(withAllocation(pod, allocation), "requests");
  const requests = amountsOf(has, "requests");
  const limits = amountsOf(has, "limits");
  return {
    ...(given === undefined ? {} : { allocatedResources: given }),
    resources: { ...(limits === undefined ? {} : { limits }), ...(requests === undefined ? {} : { requests }) },
  };
}

const generationOf = (pod: Pod) =>
  pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation };

/** A pod that the node refused has nothing in its status but the refusal and its time. */
const refusedStatus = (pod: Pod, { reason, message }: Verdict, { startTime }: PodLocal): PodStatus => ({
  ...generationOf(pod),
  phase: "Failed",
  message: `Pod was rejected: ${message}`,
  reason,
  startTime: pod.status.startTime ?? timestamp(startTime),
  qosClass: pod.status.qosClass ?? qosOf(pod),
});

function phaseUnder(verdict: Verdict | undefined, phase: Phase): Phase {
  if (verdict === undefined) return phase;
  return verdict.endedByNode === true && phase === "Succeeded" ? phase : "Failed";
}

const isRunning = ({ state }: ContainerStatus): boolean => state?.running !== undefined;

const hasStartedInSandbox = ({ spec }: Pod, { sandboxes: [sandbox], containers }: Observation): boolean =>
  sandbox?.ready === true &&
  containers.some(
    ({ name, sandboxId }) => sandboxId === sandbox.id && spec.containers.some((main) => main.name === name),
  );

export function podStatus({ pod, observation, local, now }: StatusInput): PodStatus {
  if (local.verdict?.refused) return refusedStatus(pod, local.verdict, local);
  const before = pod.status;
  const { init, main, ephemeral } = containerStatuses({ pod, observation, local });
  const counted = [...init, ...main];
  const facts = { over: local.terminating, hasStarted: hasStartedInSandbox(pod, observation) };
  const own = phaseUnder(local.verdict, phaseOf(pod, counted, facts));
  const phase = isTerminal(before.phase) ? (before.phase as Phase) : own;

  // A terminal phase is not reported before the last container has ended, since observers may then reuse what the pod
  // held.
  const held = isTerminal(phase) && [...counted, ...ephemeral].some(isRunning);
  const reportedPhase = held ? ((before.phase as Phase | undefined) ?? "Pending") : phase;
  const verdict = held || phase !== "Failed" ? undefined : local.verdict;
  const reason = verdict?.reason ?? before.reason;
  const message = verdict?.message ?? before.message;

  const sandbox = observation.sandboxes[0];
  const ready = sandbox?.ready === true;
  const hostNetwork = pod.spec.hostNetwork === true;
  const ips = hostNetwork ? local.hostIPs : ready && sandbox.ips.length > 0 ? sandbox.ips : undefined;
  const podIPs = ips?.map((ip) => ({ ip })) ?? before.podIPs;
  const podIP = podIPs?.[0]?.ip;
  const hostIP = local.hostIPs[0];

  return {
    ...generationOf(pod),
    phase: reportedPhase,
    conditions: conditionsOf({
      pod,
      statuses: counted,
      phase,
      sandboxReady: ready,
      restartingAll: local.restartingAll,
      resize: local.resize,
      ...(local.verdict?.disruption === undefined ? {} : { disruption: local.verdict.disruption }),
      now: timestamp(now),
    }),
    ...(message === undefined ? {} : { message }),
    ...(reason === undefined ? {} : { reason }),
    ...(before.nominatedNodeName === undefined ? {} : { nominatedNodeName: before.nominatedNodeName }),
    ...(before.resourceClaimStatuses === undefined ? {} : { resourceClaimStatuses: before.resourceClaimStatuses }),
    ...(before.extendedResourceClaimStatus && { extendedResourceClaimStatus: before.extendedResourceClaimStatus }),
    ...(hostIP === undefined ? {} : { hostIP, hostIPs: local.hostIPs.map((ip) => ({ ip })) }),
    ...(podIP === undefined || podIPs === undefined ? {} : { podIP, podIPs }),
    startTime: before.startTime ?? timestamp(local.startTime),
    ...(init.length === 0 ? {} : { initContainerStatuses: init }),
    containerStatuses: main,
    ...(ephemeral.length === 0 ? {} : { ephemeralContainerStatuses: ephemeral }),
    qosClass: before.qosClass ?? qosOf(pod),
    ...podResources(pod, local, counted),
  };
}
