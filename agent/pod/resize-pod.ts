/** Carries out an in-place resize: gives what fits, then sets the limits of running containers, or restarts them. */
import type { Container, ResourceRequirements } from "../../api/generated/core.v1.ts";
import type { ContainerObservation, Observation } from "../runtime/runtime.ts";
import {
  asksForOther,
  changesOf,
  resizableOf,
  SETTLED,
  wantsRestart,
  whyNoRoom,
  whyTooLow,
  withAllocation,
  withLowerLimit,
} from "./allocation.ts";
import { findContainer } from "./containers.ts";
import { graceOf } from "./kill.ts";
import { resourcesGiven } from "./labels.ts";
import { limitPodCgroup } from "./pod-cgroup.ts";
import type { PodRecord } from "./pod-record.ts";
import { containerResources } from "./resources.ts";
import { kill } from "./stop-containers.ts";

/** Room may come free with every pod that ends. */
const DEFERRED_MS = 5000;

/** What the pod now asks for is given to it, where there is room. */
export function allocate(record: PodRecord): void {
  const { pod, context } = record;
  if (!asksForOther(pod, record.allocation)) {
    if (record.resize.kind === "pending") record.resize = SETTLED;
    return;
  }
  const started = record.status.startTime !== undefined;
  const refused = started ? whyNoRoom(pod, context.allocatable(), context.otherPods(record.uid)) : undefined;
  if (refused !== undefined) {
    const told = record.resize.kind === "pending" ? record.resize.message : "";
    if (told !== refused.message)
      record.tell(undefined, "Warning", `Resize${refused.reason}`, eventText(record, refused));
    record.resize = refused;
    if (refused.reason === "Deferred") record.wake.within(DEFERRED_MS);
    return;
  }
  record.allocation = new Map(resizableOf(pod).map(({ name, resources = {} }) => [name, resources]));
  if (!started) return;
  record.resize = { kind: "in-progress" };
  record.tell(undefined, "Normal", "ResizeStarted", eventText(record));
}

function eventText({ pod }: PodRecord, { reason, message }: { reason?: string; message?: string } = {}): string {
  const containers = resizableOf(pod).map(({ name, resources }) => ({ name, resources }));
  const detail = JSON.stringify({
    containers,
    generation: pod.metadata.generation,
    ...(message && { error: message }),
  });
  return reason === undefined ? `Pod resize started: ${detail}` : `Pod resize ${reason}: ${detail}`;
}

/** Answers whether a container was restarted for it. */
export async function actuate(record: PodRecord, { containers }: Observation): Promise<boolean> {
  const due = resizableOf(withAllocation(record.pod, record.allocation)).flatMap((container) => {
    const observed = containers.find(({ name, state }) => name === container.name && state === "running");
    if (observed === undefined) return [];
    const before = record.actual.get(observed.id) ?? resourcesGiven(observed);
    const changed = changesOf(container.resources, before);
    return changed.length === 0 ? [] : [{ container, observed, before, restarts: wantsRestart(container, changed) }];
  });
  if (due.length === 0) {
    settle(record);
    return false;
  }
  const given = withAllocation(record.pod, record.allocation);
  const { runtime } = record.context;
  let restarted = false;
  try {
    await checkMemory(record, due);
    // A group's limits must not be below its containers', neither before nor after.
    limitPodCgroup(given, runtime.cgroupDriver);
    for (const { container, observed, restarts } of due) {
      if (restarts) {
        const target = findContainer(record.pod, container.name);
        const message = `Container ${container.name} resize requires restart`;
        if (target !== undefined)
          await kill(record, { target, observed }, { message, graceSeconds: graceOf(record.pod) });
        restarted = true;
      } else await setLimits(record, container, observed);
    }
    limitPodCgroup(given, runtime.cgroupDriver);
    if (!restarted) settle(record);
  } catch (error) {
    const { message } = error as Error;
    if (record.resize.kind !== "in-progress" || record.resize.error !== message)
      record.tell(undefined, "Warning", "ResizeError", `Pod resize error: ${message}`);
    record.resize = { kind: "in-progress", error: message };
    record.wake.within(DEFERRED_MS);
  }
  return restarted;
}

interface Due {
  readonly container: Container;
  readonly before: ResourceRequirements;
  readonly restarts: boolean;
}

/** Fails where a running container would be left with less memory than it uses: the kernel would end it. */
async function checkMemory({ context, uid }: PodRecord, due: readonly Due[]): Promise<void> {
  const lower = withLowerLimit(
    due
      .filter(({ restarts }) => !restarts)
      .map(({ container: { name, resources }, before }) => ({ name, before, next: resources })),
  );
  if (lower.length === 0) return;
  const used = await context.runtime.usage(uid);
  const why = whyTooLow(lower, new Map(used.map(({ name, memoryWorkingSetBytes }) => [name, memoryWorkingSetBytes])));
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
  const containers = resizableOf(record.pod).map(({ name, resources }) => ({ name, resources }));
  const detail = JSON.stringify({ containers, generation: record.pod.metadata.generation });
  record.tell(undefined, "Normal", "ResizeCompleted", `Pod resize completed: ${detail}`);
}
