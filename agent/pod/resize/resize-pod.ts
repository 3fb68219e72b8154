/**
 * Carries out an in-place resize: allocates what fits, then sets the limits of running containers, or restarts them.
 */
import { errorMessage } from "../../../api/error-message.ts";
import type { Container, ResourceRequirements } from "../../../api/generated/core.v1.ts";
import { findContainer, initContainersOf } from "../../pod-spec/containers.ts";
import { graceOf } from "../../pod-spec/grace.ts";
import { containerResources } from "../../pod-spec/resources.ts";
import { resourcesGiven } from "../../runtime/labels.ts";
import type { ContainerObservation, Observation } from "../../runtime/observation.ts";
import { steadyNow } from "../../steady-now.ts";
import {
  allocationOf,
  changesOf,
  requestsOther,
  resizableOf,
  SETTLED,
  wantsRestart,
  whyNoRoom,
  whyTooLow,
  whyWholeTooLow,
  withAllocation,
  withLimitsOf,
  withLowerLimit,
} from "../allocation.ts";
import { kill } from "../life/stop-containers.ts";
import type { PodRecord } from "../pod-record.ts";
import { othersAtTurn } from "./resize-turns.ts";

/** Room may become available with every pod that ends. */
const DEFERRED_MS = 5000;

/** Allocates what the pod now requests, if there is room. */
export function allocate(record: PodRecord): void {
  const { pod } = record;
  if (!requestsOther(pod, record.allocation)) {
    if (record.resize.kind === "pending") record.resize = SETTLED;
    record.waitsSince = undefined;
    return;
  }
  const started = record.status.startTime !== undefined;
  const refused = started ? whyNotNow(record) : undefined;
  if (refused !== undefined) {
    record.waitsSince ??= steadyNow();
    const { reason, message, cause, generation } = refused;
    const pending = record.resize.kind === "pending" ? record.resize : undefined;
    if (pending?.reason !== reason || pending.generation !== generation)
      record.recordEvent(undefined, "Warning", `Resize${reason}`, eventText(record, cause, message));
    record.resize = refused;
    if (reason === "Deferred") record.wake.within(DEFERRED_MS);
    return;
  }
  record.waitsSince = undefined;
  record.allocation = allocationOf(pod);
  if (!started) return;
  record.resize = { kind: "in-progress" };
  record.recordEvent(undefined, "Normal", "ResizeStarted", eventText(record, "started"));
}

/** Why not: there is no room, or pods that come first take it. */
function whyNotNow({ pod, context, uid, allocation, waitsSince = steadyNow() }: PodRecord) {
  const [allocatable, others] = [context.allocatable(), context.otherPods(uid)];
  const mine = { requested: pod, given: withAllocation(pod, allocation), since: waitsSince };
  const atTurn = () => othersAtTurn(mine, { waiting: context.waitingForRoom(), others, allocatable });
  return whyNoRoom(pod, allocatable, others) ?? whyNoRoom(pod, allocatable, atTurn());
}

function eventText({ pod }: PodRecord, what: string, error?: string): string {
  const summaryOf = (containers: readonly Container[]) =>
    containers.map(({ name, resources }) => ({ name, resources }));
  const initial = summaryOf(initContainersOf(pod));
  const summary = {
    ...(initial.length > 0 && { initContainers: initial }),
    containers: summaryOf(pod.spec.containers),
    generation: pod.metadata.generation,
    ...(error && { error }),
  };
  return `Pod resize ${what}: ${JSON.stringify(summary)}`;
}

/** Returns whether a container was restarted for it. */
export async function actuate(record: PodRecord, { containers }: Observation): Promise<boolean> {
  const { whole } = record.allocation;
  const given = withAllocation(record.pod, record.allocation);
  const due = resizableOf(given).flatMap((container) => {
    const observed = containers.find(({ name, state }) => name === container.name && state === "running");
    if (observed === undefined) return [];
    const before = withLimitsOf(record.actualWhole, record.actual.get(observed.id) ?? resourcesGiven(observed));
    const next = withLimitsOf(whole, container.resources);
    const changed = changesOf(next, before);
    const restarts = wantsRestart(container, changed);
    return changed.length === 0 ? [] : [{ container, observed, before, next, restarts }];
  });
  if (record.resize.kind !== "in-progress" && due.length === 0 && changesOf(whole, record.actualWhole).length === 0)
    return false;
  const { limitPod } = record.context;
  let restarted = false;
  try {
    await checkMemory(record, due);
    // A cgroup's limits must never be below its containers', neither before nor after, including containers that start
    // later.
    await limitPod(given);
    for (const { container, observed, restarts } of due) {
      if (restarts) {
        const target = findContainer(record.pod, container.name);
        const message = `Container ${container.name} resize requires restart`;
        if (target !== undefined)
          await kill(record, { target, observed }, { message, graceSeconds: graceOf(record.pod) });
        restarted = true;
      } else await setLimits(record, container, observed);
    }
    await limitPod(given);
    record.actualWhole = whole;
    if (!restarted) settle(record);
  } catch (error) {
    const message = errorMessage(error);
    if (record.resize.kind !== "in-progress" || record.resize.error !== message)
      record.recordEvent(undefined, "Warning", "ResizeError", eventText(record, "error", message));
    record.resize = { kind: "in-progress", error: message };
    record.wake.within(DEFERRED_MS);
  }
  return restarted;
}

interface Due {
  readonly container: Container;
  readonly before: ResourceRequirements;
  readonly next: ResourceRequirements;
  readonly restarts: boolean;
}

/** Fails if the pod or a running container would have less memory than it uses: the kernel would kill it. */
async function checkMemory({ context, uid, allocation, actualWhole }: PodRecord, due: readonly Due[]): Promise<void> {
  const lower = withLowerLimit(
    due.filter(({ restarts }) => !restarts).map(({ container: { name }, before, next }) => ({ name, before, next })),
  );
  const changed = changesOf(allocation.whole, actualWhole).includes("memory");
  if (lower.length === 0 && !changed) return;
  const used = await context.runtime.usage(uid);
  const ofPod = used.reduce((sum, { memoryWorkingSetBytes }) => sum + memoryWorkingSetBytes, 0);
  const why =
    whyWholeTooLow(actualWhole, allocation.whole, ofPod) ??
    whyTooLow(lower, new Map(used.map(({ name, memoryWorkingSetBytes }) => [name, memoryWorkingSetBytes])));
  if (why !== undefined) throw new Error(why);
}

async function setLimits(record: PodRecord, container: Container, { id }: ContainerObservation): Promise<void> {
  const given = withAllocation(record.pod, record.allocation);
  const { runtime, memoryCapacity } = record.context;
  await runtime.updateContainer(id, containerResources(given, container, memoryCapacity));
  record.actual.set(id, container.resources ?? {});
}

function settle(record: PodRecord): void {
  if (record.resize.kind !== "in-progress") return;
  record.resize = SETTLED;
  record.recordEvent(undefined, "Normal", "ResizeCompleted", eventText(record, "completed"));
}
