/**
 * Container statuses from the runtime's observation, the previous status, and what the agent is waiting for. The newest
 * container of a name is the state, and the one before it the last state; a container that should run and does not is
 * waiting, with its end as the last state. The rules are the kubelet's.
 */
import type {
  Container,
  ContainerState,
  ContainerStatus,
  Pod,
  VolumeMountStatus,
} from "../../../api/generated/core.v1.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { allContainersOf, type ContainerRole, initContainersOf } from "../../pod-spec/containers.ts";
import { restartDecision } from "../../pod-spec/restart.ts";
import { resourcesGiven, restartCountOf } from "../../runtime/labels.ts";
import type { ContainerObservation, Observation } from "../../runtime/observation.ts";
import { reportedRecursiveReadOnly } from "../config/recursive-read-only.ts";
import type { PodLocal } from "../local.ts";
import { RESTARTING_ALL } from "./phase.ts";
import { withinShare } from "./termination-message.ts";

interface Input {
  readonly pod: Pod;
  readonly previous: readonly ContainerStatus[];
  readonly observation: Observation;
  readonly local: PodLocal;
}

function stateOf(container: ContainerObservation): ContainerState {
  switch (container.state) {
    case "running":
      return { running: { startedAt: timestamp(container.startedAt) } };
    case "exited":
      return {
        terminated: {
          exitCode: container.exitCode,
          reason: container.reason === "" ? (container.exitCode === 0 ? "Completed" : "Error") : container.reason,
          ...(container.message === "" ? {} : { message: container.message }),
          startedAt: timestamp(container.startedAt),
          finishedAt: timestamp(container.finishedAt),
          containerID: container.id,
        },
      };
    case "created":
    case "unknown":
      return { waiting: {} };
  }
}

export const LOST = {
  exitCode: 137,
  reason: "ContainerStatusUnknown",
  message: "The container could not be located when the pod was terminated",
};
/** What remains of a container removed by RestartAllContainers. */
const REMOVED = {
  exitCode: 137,
  reason: RESTARTING_ALL,
  message: "The container is removed because RestartAllContainers in place",
};

const mountStatuses = (
  container: Container,
  { recursiveReadOnly }: Pick<PodLocal, "recursiveReadOnly">,
): VolumeMountStatus[] | undefined =>
  container.volumeMounts?.map((mount) => {
    const { name, mountPath, readOnly } = mount;
    const shown = readOnly === true && {
      readOnly,
      recursiveReadOnly: reportedRecursiveReadOnly(mount, recursiveReadOnly),
    };
    return { name, mountPath, ...shown };
  });

const linuxUser = ({ uid, gid, groups }: NonNullable<ContainerObservation["user"]>) => ({
  uid,
  gid,
  ...(groups.length === 0 ? {} : { supplementalGroups: [...groups] }),
});

/** The allocated and the actual resources of the container; they differ during a resize. */
function resourcesOf(
  container: Container,
  newest: ContainerObservation | undefined,
  { allocation, actual }: PodLocal,
): Partial<ContainerStatus> {
  if (newest === undefined) return {};
  const allocated = allocation.containers.get(container.name) ?? container.resources ?? {};
  const isRunning = newest.state === "running";
  const { requests, limits } = isRunning ? (actual.get(newest.id) ?? resourcesGiven(newest)) : allocated;
  return {
    ...(allocated.requests === undefined ? {} : { allocatedResources: allocated.requests }),
    resources: { ...(limits === undefined ? {} : { limits }), ...(requests === undefined ? {} : { requests }) },
  };
}

/** Whether a running container has started (its startup probe succeeded) and is ready. */
function readiness(container: Container, role: ContainerRole, observed: ContainerObservation, local: PodLocal) {
  const probes = local.probes.get(observed.id);
  const started = container.startupProbe === undefined || probes?.startup === "success";
  const ready = started && (container.readinessProbe === undefined || probes?.readiness === "success");
  return {
    started,
    ready:
      role === "init"
        ? false
        : ready && !(local.terminating && container.readinessProbe !== undefined && probes?.readiness !== "success"),
  };
}

interface States {
  readonly state: ContainerState;
  readonly lastState: ContainerState;
  readonly restartCount: number;
}

/** For an init container whose end was not recorded, although the main containers that follow it exist. */
const UNKNOWN: ContainerState = {
  terminated: {
    exitCode: 0,
    reason: "Completed",
    message:
      "Unable to get init container status from container runtime and pod has been initialized, treat it as exited normally",
  },
};

/** For a container that has not been created, or no longer exists: its last known state. */
function statesWithout({
  pod,
  previous,
  removed,
}: {
  pod: Pod;
  previous: ContainerStatus | undefined;
  removed: number;
}): States {
  if (removed > 0) {
    const { reason, message } = REMOVED;
    return { state: { waiting: { reason, message } }, lastState: { terminated: REMOVED }, restartCount: removed };
  }
  const toBeMade: ContainerState = {
    waiting: { reason: initContainersOf(pod).length > 0 ? "PodInitializing" : "ContainerCreating" },
  };
  const { state, lastState = {} } = previous ?? {};
  const restartCount = Math.max(previous?.restartCount ?? 0, 0);
  if (state?.terminated !== undefined) return { state: { terminated: state.terminated }, lastState, restartCount };
  if (state?.running !== undefined && lastState.terminated === undefined)
    return { state: toBeMade, lastState: { terminated: LOST }, restartCount: restartCount + 1 };
  return { state: toBeMade, lastState, restartCount };
}

interface Seen {
  readonly newest: ContainerObservation;
  /** The previous one, if it still exists. */
  readonly before: ContainerObservation | undefined;
  readonly previous: ContainerStatus | undefined;
  readonly removed: number;
}

function statesOf({ newest, before, previous, removed }: Seen): States {
  const restartCount = restartCountOf(newest);
  const { running } = previous?.state ?? {};
  // The runtime can no longer tell whether it runs, until it is killed: that shows how it ended.
  const state = newest.state === "unknown" && running !== undefined ? { running } : stateOf(newest);
  if (before?.state === "exited") return { state, lastState: stateOf(before), restartCount };
  if (removed > 0 && restartCount === removed) return { state, lastState: { terminated: REMOVED }, restartCount };
  return { state, lastState: previous?.lastState ?? {}, restartCount };
}

/** A container waiting for its next start shows that, with its last end as the last state. */
function whileWaiting(states: States, waiting: PodLocal["waiting"], name: string): States {
  const why = waiting.get(name);
  if (why === undefined) return states;
  const { terminated } = states.state;
  return {
    ...states,
    lastState: terminated === undefined ? states.lastState : { terminated },
    state: { waiting: { reason: why.reason, ...(why.message === "" ? {} : { message: why.message }) } },
  };
}

/** A static pod's last status is not known after a restart, and the runtime may have lost what has ended. */
function withUnknownState(states: States, role: ContainerRole, { pod, observation }: Input): States {
  if (role !== "init" || states.state.waiting === undefined) return states;
  const mains = new Set(pod.spec.containers.map(({ name }) => name));
  return observation.containers.some(({ name }) => mains.has(name)) ? { ...states, state: UNKNOWN } : states;
}

function statusOf(container: Container, role: ContainerRole, input: Input): ContainerStatus {
  const { pod, observation, local } = input;
  const previous = input.previous.find(({ name }) => name === container.name);
  const [newest, before] = observation.containers.filter(({ name }) => name === container.name);
  const removed = local.restartedAll.get(container.name) ?? 0;
  const states =
    newest === undefined
      ? withUnknownState(statesWithout({ pod, previous, removed }), role, input)
      : statesOf({ newest, before, previous, removed });
  const isDue =
    newest === undefined
      ? states.state.terminated === undefined
      : newest.state === "created" ||
        (newest.state === "exited" && restartDecision(pod, { role, container }, newest.exitCode) !== "stay-ended");
  // In a pod that is being deleted nothing is restarted: what remains to report is how each container ended.
  const shouldStart = isDue && pod.metadata.deletionTimestamp === undefined;
  const { state, lastState, restartCount } = shouldStart ? whileWaiting(states, local.waiting, container.name) : states;
  const running = newest?.state === "running" && state.running !== undefined;
  const { started, ready } = running ? readiness(container, role, newest, local) : { started: false, ready: false };
  const mounts = mountStatuses(container, local);
  const devices = local.devices.get(container.name) ?? [];
  return {
    name: container.name,
    state,
    lastState,
    ready: role === "ephemeral" ? false : role === "init" ? state.terminated?.exitCode === 0 : ready,
    restartCount,
    image: newest === undefined ? (container.image ?? "") : newest.image,
    imageID: newest?.imageRef ?? "",
    ...(newest === undefined ? {} : { containerID: newest.id }),
    ...(role === "ephemeral" ? {} : { started }),
    ...resourcesOf(container, newest, local),
    ...(mounts === undefined ? {} : { volumeMounts: mounts }),
    ...(role === "main" && devices.length > 0 ? { allocatedResourcesStatus: [...devices] } : {}),
    ...(newest?.user === undefined ? {} : { user: { linux: linuxUser(newest.user) } }),
  };
}

export interface ContainerStatuses {
  readonly init: ContainerStatus[];
  readonly main: ContainerStatus[];
  readonly ephemeral: ContainerStatus[];
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Main and ephemeral containers sorted by name, init containers as in the spec. */
export function containerStatuses(input: Omit<Input, "previous">): ContainerStatuses {
  const { status } = input.pod;
  const containers = allContainersOf(input.pod);
  const of = (roles: readonly ContainerRole[], previous: readonly ContainerStatus[] = []) =>
    containers
      .filter(({ role }) => roles.includes(role))
      .map(({ role, container }) => statusOf(container, role, { ...input, previous }))
      .map((each) => withinShare(each, containers.length));
  return {
    init: of(["init", "sidecar"], status.initContainerStatuses),
    main: of(["main"], status.containerStatuses).sort(byName),
    ephemeral: of(["ephemeral"], status.ephemeralContainerStatuses).sort(byName),
  };
}
