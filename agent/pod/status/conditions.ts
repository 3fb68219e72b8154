/** The conditions that the agent owns, in the kubelet's order and words. */
import type { ContainerStatus, Pod, PodCondition } from "../../../api/generated/core.v1.ts";
import { initContainersOf, isSidecar } from "../../pod-spec/containers.ts";
import type { Phase } from "../../pod-spec/pod-phase.ts";
import type { ResizeState } from "../allocation.ts";
import { hasMainContainerStarted } from "./phase.ts";

const OWNED = new Set([
  "PodReadyToStartContainers",
  "Initialized",
  "Ready",
  "ContainersReady",
  "PodScheduled",
  "AllContainersRestarting",
  "PodResizePending",
  "PodResizeInProgress",
]);

const BY_NODE = "TerminationByKubelet";

/** DisruptionTarget is the agent's own if the node ended the pod. */
export const isOwnCondition = ({ type, reason }: Pick<PodCondition, "type" | "reason">): boolean =>
  OWNED.has(type) || (type === "DisruptionTarget" && reason === BY_NODE);

type Finding = Pick<PodCondition, "status" | "reason" | "message">;

const TRUE: Finding = { status: "True" };
const RESTARTS: Finding = {
  status: "True",
  reason: "RestartAllContainersStarted",
  message: "container exited with restart policy rule",
};
const falseFinding = (reason = "", message = ""): Finding => ({
  status: "False",
  ...(reason === "" ? {} : { reason }),
  ...(message === "" ? {} : { message }),
});

const list = (names: readonly string[]): string => `[${names.join(" ")}]`;

/** Go's `[a b]`, unknown ones first. */
function unmet(unknown: readonly string[], word: string, names: readonly string[]): string {
  const parts = [];
  if (unknown.length > 0) parts.push(`containers with unknown status: ${list(unknown)}`);
  if (names.length > 0) parts.push(`containers with ${word} status: ${list(names)}`);
  return parts.join(", ");
}

/** `statuses` are those of init and main containers. */
function containersReady(pod: Pod, statuses: readonly ContainerStatus[], phase: Phase): Finding {
  const counted = [...initContainersOf(pod).filter(isSidecar), ...pod.spec.containers].map(({ name }) => name);
  const known = new Map(statuses.map((status) => [status.name, status.ready]));
  const unknown = counted.filter((name) => !known.has(name));
  if (phase === "Succeeded" && unknown.length === 0) return falseFinding("PodCompleted");
  if (phase === "Failed") return falseFinding("PodFailed");
  const message = unmet(
    unknown,
    "unready",
    counted.filter((name) => known.get(name) === false),
  );
  return message === "" ? TRUE : falseFinding("ContainersNotReady", message);
}

const wasInitialized = ({ status }: Pod): boolean =>
  status.conditions?.some(({ type, status: is }) => type === "Initialized" && is === "True") === true;

function initialized(pod: Pod, statuses: readonly ContainerStatus[], phase: Phase): Finding {
  const byName = new Map(statuses.map((status) => [status.name, status]));
  const init = initContainersOf(pod);
  const unknown = init.filter(({ name }) => !byName.has(name)).map(({ name }) => name);
  const incomplete = init
    .filter((container) => {
      const status = byName.get(container.name);
      return status !== undefined && !(isSidecar(container) ? status.started === true : status.ready);
    })
    .map(({ name }) => name);
  if (phase === "Succeeded" && unknown.length === 0) return { status: "True", reason: "PodCompleted" };
  // Once initialized it stays so, even while its containers start in a new sandbox.
  if (hasMainContainerStarted(pod, statuses) || wasInitialized(pod)) return TRUE;
  const message = unmet(unknown, "incomplete", incomplete);
  return message === "" ? TRUE : falseFinding("ContainersNotInitialized", message);
}

function gatesReady(pod: Pod, conditions: readonly PodCondition[]): Finding {
  const messages = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = conditions.find(({ type }) => type === conditionType);
    if (condition === undefined)
      return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return condition.status === "True"
      ? []
      : [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`];
  });
  return messages.length === 0 ? TRUE : falseFinding("ReadinessGatesNotReady", messages.join(", "));
}

/** Whether some container may restart all containers. */
const couldRestartAll = ({ spec }: Pod): boolean =>
  [...(spec.initContainers ?? []), ...spec.containers].some(({ restartPolicyRules = [] }) =>
    restartPolicyRules.some(({ action }) => action === "RestartAllContainers"),
  );

function allRestarting(phase: Phase, isUnderWay: boolean): Finding {
  if (phase === "Succeeded") return falseFinding("PodCompleted");
  if (phase === "Failed") return falseFinding("PodFailed");
  return isUnderWay ? RESTARTS : falseFinding();
}

function resizeFindings(resize: ResizeState): readonly (readonly [string, Finding])[] {
  switch (resize.kind) {
    case "settled":
      return [];
    case "pending":
      return [["PodResizePending", { status: "True", reason: resize.reason, message: resize.message }]];
    case "in-progress": {
      const failed = resize.error === undefined ? {} : { reason: "Error", message: resize.error };
      return [["PodResizeInProgress", { status: "True", ...failed }]];
    }
  }
}

export interface ConditionsInput {
  readonly pod: Pod;
  /** Of init and main containers. */
  readonly statuses: readonly ContainerStatus[];
  readonly phase: Phase;
  readonly sandboxReady: boolean;
  /** RestartAllContainers is under way. */
  readonly restartingAll: boolean;
  readonly resize: ResizeState;
  /** Why the node ended the pod. */
  readonly disruption?: string;
  readonly now: string;
}

/** All conditions of the pod's status: those of others first, as the API has them. */
export function conditionsOf({
  pod,
  statuses,
  phase,
  sandboxReady,
  restartingAll,
  resize,
  disruption,
  now,
}: ConditionsInput): PodCondition[] {
  const before = pod.status.conditions ?? [];
  const foreign = before.filter((condition) => !isOwnCondition(condition));
  const containers = containersReady(pod, statuses, phase);
  const generation = pod.metadata.generation;
  const own = (type: string, finding: Finding): PodCondition => {
    const old = before.find((condition) => condition.type === type);
    const lastTransitionTime = old?.status === finding.status ? (old.lastTransitionTime ?? now) : now;
    return {
      type,
      ...finding,
      lastTransitionTime,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    };
  };
  const resizing = ([type, finding]: readonly [string, Finding]): PodCondition => {
    const old = before.find((condition) => condition.type === type);
    const isAsBefore = old !== undefined && old.reason === finding.reason;
    const { lastTransitionTime = now, lastProbeTime = now } = isAsBefore ? old : {};
    const requested = isAsBefore && old.message === finding.message ? lastProbeTime : now;
    return { ...own(type, finding), lastProbeTime: requested, lastTransitionTime };
  };
  const conditions = [
    ...foreign,
    ...(disruption === undefined
      ? []
      : [own("DisruptionTarget", { status: "True", reason: BY_NODE, message: disruption })]),
    ...resizeFindings(resize).map(resizing),
    own("PodReadyToStartContainers", sandboxReady ? TRUE : falseFinding()),
    own("Initialized", initialized(pod, statuses, phase)),
    own("Ready", containers.status === "True" ? gatesReady(pod, foreign) : containers),
    own("ContainersReady", containers),
    own("PodScheduled", TRUE),
  ];
  if (!couldRestartAll(pod)) return conditions;
  const { observedGeneration: _, ...restarting } = own("AllContainersRestarting", allRestarting(phase, restartingAll));
  return [...conditions, restarting];
}
