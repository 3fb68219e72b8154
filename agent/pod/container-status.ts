/**
 * Container statuses from what the runtime shows, what the status was before, and what the agent waits for. The newest
 * container of a name is the state, the one before it the last state; a container that should run and does not is
 * waiting, its end then the last state. The rules are the kubelet's.
 */
import type {
  Container,
  ContainerState,
  ContainerStatus,
  Pod,
  VolumeMountStatus,
} from "../../api/generated/core.v1.ts";
import { timestamp } from "../../api/machinery/time.ts";
import type { ContainerObservation, Observation } from "../runtime/observation.ts";
import { type ContainerRole, initContainersOf, isSidecar } from "./containers.ts";
import { resourcesGiven, restartCountOf } from "./labels.ts";
import type { PodLocal } from "./local.ts";
import { RESTARTING_ALL } from "./phase.ts";
import { shownRecursiveReadOnly } from "./recursive-read-only.ts";
import { restartDecision } from "./restart.ts";

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
/** What a container that RestartAllContainers removed leaves behind. */
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
      recursiveReadOnly: shownRecursiveReadOnly(mount, recursiveReadOnly),
    };
    return { name, mountPath, ...shown };
  });

const linuxUser = ({ uid, gid, groups }: NonNullable<ContainerObservation["user"]>) => ({
  uid,
  gid,
  ...(groups.length === 0 ? {} : { supplementalGroups: [...groups] }),
});

/** What the container has been given, and what it has: a resize that is under way lies between. */
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

function statusOf(container: Container, role: ContainerRole, input: Input): ContainerStatus {
  const { pod, observation, local } = input;
  const previous = input.previous.find(({ name }) => name === container.name);
  const observed = observation.containers.filter(({ name }) => name === container.name);
  const [newest, before] = observed;
  const removed = local.restartedAll.get(container.name) ?? 0;
  const restartCount =
    newest === undefined ? Math.max(previous?.restartCount ?? 0, 0) : Math.max(restartCountOf(newest), removed);

  let state: ContainerState;
  let lastState: ContainerState = previous?.lastState ?? {};
  let count = restartCount;
  if (newest === undefined) {
    state = { waiting: { reason: initContainersOf(pod).length > 0 ? "PodInitializing" : "ContainerCreating" } };
    if (previous?.state?.terminated !== undefined) state = { terminated: previous.state.terminated };
    else if (previous?.state?.running !== undefined && previous.lastState?.terminated === undefined) {
      lastState = { terminated: LOST };
      count++;
    }
    if (removed > 0) {
      state = { waiting: { reason: initContainersOf(pod).length > 0 ? "PodInitializing" : "ContainerCreating" } };
      lastState = { terminated: REMOVED };
      count = removed;
    }
  } else {
    state = stateOf(newest);
    if (before !== undefined && before.state === "exited") lastState = stateOf(before);
    else if (removed > 0 && restartCountOf(newest) === removed) lastState = { terminated: REMOVED };
    if (newest.state === "unknown" && previous?.state?.running !== undefined) state = { terminated: LOST };
  }

  const waiting = local.waiting.get(container.name);
  const shouldRun =
    newest === undefined
      ? state.terminated === undefined
      : newest.state === "created" ||
        (newest.state === "exited" && restartDecision(pod, { role, container }, newest.exitCode) !== "stay-ended");
  if (waiting !== undefined && shouldRun && newest?.state !== "running") {
    if (state.terminated !== undefined) lastState = { terminated: state.terminated };
    state = { waiting: { reason: waiting.reason, ...(waiting.message === "" ? {} : { message: waiting.message }) } };
  }

  const running = newest?.state === "running" && state.running !== undefined;
  const { started, ready } = running ? readiness(container, role, newest, local) : { started: false, ready: false };
  const mounts = mountStatuses(container, local);
  return {
    name: container.name,
    state,
    lastState,
    ready: role === "ephemeral" ? false : role === "init" ? state.terminated?.exitCode === 0 : ready,
    restartCount: count,
    image: newest === undefined ? (container.image ?? "") : newest.image,
    imageID: newest?.imageRef ?? "",
    ...(newest === undefined ? {} : { containerID: newest.id }),
    ...(role === "ephemeral" ? {} : { started }),
    ...(role === "ephemeral" ? {} : resourcesOf(container, newest, local)),
    ...(mounts === undefined ? {} : { volumeMounts: mounts }),
    ...(newest?.user === undefined ? {} : { user: { linux: linuxUser(newest.user) } }),
  };
}

export interface ContainerStatuses {
  readonly init: ContainerStatus[];
  readonly main: ContainerStatus[];
  readonly ephemeral: ContainerStatus[];
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Main and ephemeral containers ordered by name, init containers as in the spec. */
export function containerStatuses(input: Omit<Input, "previous">): ContainerStatuses {
  const { status } = input.pod;
  const at = (previous: readonly ContainerStatus[] | undefined) => ({ ...input, previous: previous ?? [] });
  return {
    init: initContainersOf(input.pod).map((container) =>
      statusOf(container, isSidecar(container) ? "sidecar" : "init", at(status.initContainerStatuses)),
    ),
    main: input.pod.spec.containers
      .map((container) => statusOf(container, "main", at(status.containerStatuses)))
      .sort(byName),
    ephemeral: (input.pod.spec.ephemeralContainers ?? [])
      .map((container) => statusOf(container, "ephemeral", at(status.ephemeralContainerStatuses)))
      .sort(byName),
  };
}
