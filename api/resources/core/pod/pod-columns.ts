/** The columns of `kubectl get pods` (pkg/printers/internalversion). */

import type { Container, ContainerState, ContainerStatus, Pod } from "../../../generated/core.v1.ts";
import { isConditionTrue } from "../../../machinery/conditions.ts";
import type { Column } from "../../resource.ts";
import { ageColumn } from "../../time-columns.ts";

interface Restarts {
  restarts: number;
  /** When a container last ended and was restarted (ms). */
  lastRestart: number | undefined;
}

interface Summary extends Restarts {
  ready: number;
  reason: string;
}

const isSidecar = (container: Container | undefined) => container?.restartPolicy === "Always";

function summarize({ metadata, spec, status }: Pod): Summary {
  const gated = status.conditions?.some(({ type, reason }) => type === "PodScheduled" && reason === "SchedulingGated");
  const summary: Summary = {
    ready: 0,
    reason: gated ? "SchedulingGated" : status.reason || status.phase || "",
    restarts: 0,
    lastRestart: undefined,
  };
  const init = summarizeInit(spec.initContainers ?? [], status.initContainerStatuses ?? [], summary);
  const initialized = status.conditions?.some((c) => c.type === "Initialized" && c.status === "True");
  if (!init.initializing || initialized) summarizeMain(init.sidecars, status, summary);
  if (metadata.deletionTimestamp && status.reason === "NodeLost") summary.reason = "Unknown";
  else if (metadata.deletionTimestamp && status.phase !== "Failed" && status.phase !== "Succeeded")
    summary.reason = "Terminating";
  return summary;
}

/** Whether the pod is still initializing, and the restarts of sidecars up to the container that it waits for. */
function summarizeInit(
  containers: readonly Container[],
  statuses: readonly ContainerStatus[],
  summary: Summary,
): { readonly initializing: boolean; readonly sidecars: Restarts } {
  const sidecars: Restarts = { restarts: 0, lastRestart: undefined };
  for (const [i, status] of statuses.entries()) {
    countRestarts(status, summary);
    const sidecar = isSidecar(containers.find(({ name }) => name === status.name));
    if (sidecar) countRestarts(status, sidecars);
    const state = status.state ?? {};
    if (state.terminated && state.terminated.exitCode === 0) continue;
    if (sidecar && status.started) {
      if (status.ready) summary.ready++;
      continue;
    }
    if (state.terminated) summary.reason = `Init:${endOf(state.terminated)}`;
    else if (state.waiting?.reason && state.waiting.reason !== "PodInitializing")
      summary.reason = `Init:${state.waiting.reason}`;
    else summary.reason = `Init:${i}/${containers.length}`;
    return { initializing: true, sidecars };
  }
  return { initializing: false, sidecars };
}

/** Once the main containers run, only restarts of main containers and sidecars count. */
function summarizeMain(sidecars: Restarts, status: Pod["status"], summary: Summary): void {
  Object.assign(summary, sidecars);
  let running = false;
  let failure = "";
  // The first container with a reason wins, so the last is visited first.
  for (const own of (status.containerStatuses ?? []).toReversed()) {
    countRestarts(own, summary);
    const { waiting, terminated, running: runs } = own.state ?? {};
    if (waiting?.reason) summary.reason = waiting.reason;
    else if (terminated) {
      summary.reason = endOf(terminated);
      if (terminated.exitCode !== 0) failure = summary.reason;
    } else if (own.ready && runs) {
      running = true;
      summary.ready++;
    }
  }
  if (summary.reason !== "Completed") return;
  const ready = isConditionTrue(status, "Ready");
  if (running && ready) summary.reason = "Running";
  else if (failure !== "") summary.reason = failure;
  else if (running) summary.reason = "NotReady";
}

function countRestarts({ restartCount, lastState }: ContainerStatus, summary: Restarts): void {
  summary.restarts += restartCount ?? 0;
  const ended = lastState?.terminated?.finishedAt;
  if (ended) summary.lastRestart = Math.max(summary.lastRestart ?? 0, Date.parse(ended));
}

function endOf({ reason, signal, exitCode }: NonNullable<ContainerState["terminated"]>): string {
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
}

function readinessGates({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? [];
  if (gates.length === 0) return "<none>";
  const open = gates.filter(({ conditionType }) =>
    status.conditions?.some((c) => c.type === conditionType && c.status === "True"),
  );
  return `${open.length}/${gates.length}`;
}

export const podColumns: readonly Column<Pod>[] = [
  {
    name: "Ready",
    type: "string",
    description: "The aggregate readiness state of this pod for accepting traffic.",
    of: (pod) => {
      const sidecars = (pod.spec.initContainers ?? []).filter(isSidecar).length;
      return `${summarize(pod).ready}/${(pod.spec.containers ?? []).length + sidecars}`;
    },
  },
  {
    name: "Status",
    type: "string",
    description: "The aggregate status of the containers in this pod.",
    of: (pod) => summarize(pod).reason,
  },
  {
    name: "Restarts",
    type: "string",
    description:
      "The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.",
    of: (pod, age) => {
      const { restarts, lastRestart } = summarize(pod);
      return restarts === 0 || lastRestart === undefined ? String(restarts) : `${restarts} (${age(lastRestart)} ago)`;
    },
  },
  ageColumn,
  {
    name: "IP",
    type: "string",
    priority: 1,
    description: { field: "core.v1.PodStatus.podIP" },
    of: ({ status }) => status.podIPs?.[0]?.ip || status.podIP || "<none>",
  },
  {
    name: "Node",
    type: "string",
    priority: 1,
    description: { field: "core.v1.PodSpec.nodeName" },
    of: ({ spec }) => spec.nodeName || "<none>",
  },
  {
    name: "Nominated Node",
    type: "string",
    priority: 1,
    description: { field: "core.v1.PodStatus.nominatedNodeName" },
    of: ({ status }) => status.nominatedNodeName || "<none>",
  },
  {
    name: "Readiness Gates",
    type: "string",
    priority: 1,
    description: { field: "core.v1.PodSpec.readinessGates" },
    of: readinessGates,
  },
];
