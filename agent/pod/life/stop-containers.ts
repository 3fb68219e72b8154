/** Stops containers of a pod: one that failed a probe, all for a restart, or all for good. */

import { allContainersOf } from "../../pod-spec/containers.ts";
import { graceOf } from "../../pod-spec/grace.ts";
import { restartCountOf } from "../../runtime/labels.ts";
import type { Observation } from "../../runtime/observation.ts";
import type { PodRecord } from "../pod-record.ts";
import { type Running, runningOf } from "../running-containers.ts";
import type { Action } from "./action.ts";
import { inTurns, killContainer, killOrder, MIN_GRACE_SECONDS } from "./kill.ts";

const stopping = ({ observed }: Running): string => `Stopping container ${observed.name}`;

export interface KillAs {
  readonly message: string;
  readonly graceSeconds: number;
  /** Settles when it is this container's turn; absent: at once. */
  readonly turn?: Promise<unknown>;
}

export function kill(
  record: PodRecord,
  { target, observed }: Running,
  { message, graceSeconds, turn = Promise.resolve() }: KillAs,
): Promise<void> {
  record.recordEvent(target, "Normal", "Killing", message);
  return record.endings.follow(observed.id, (hurry) =>
    killContainer({
      runtime: record.context.runtime,
      pod: record.pod,
      container: target.container,
      id: observed.id,
      podIP: record.addresses().podIPs[0] ?? "",
      graceSeconds,
      turn,
      hurry,
      onFailedHook: () => record.recordEvent(target, "Warning", "FailedPreStopHook", "PreStopHook failed"),
    }),
  );
}

export function killFailed(record: PodRecord, action: Extract<Action, { do: "kill-container" }>): Promise<void> {
  const { livenessProbe, startupProbe } = action.target.container;
  const { because } = action;
  const probe = because === "startup" ? startupProbe : because === "liveness" ? livenessProbe : undefined;
  const graceSeconds = probe?.terminationGracePeriodSeconds ?? graceOf(record.pod);
  return kill(record, action, { message: action.message, graceSeconds });
}

export async function restartAll(record: PodRecord, observation: Observation): Promise<void> {
  for (const { container } of allContainersOf(record.pod)) {
    const observed = observation.containers.find(({ name }) => name === container.name);
    if (observed !== undefined) record.restartedAll.set(container.name, restartCountOf(observed) + 1);
  }
  record.restartingAll = true;
  try {
    await removeAll(record, observation);
  } finally {
    record.restartingAll = false;
  }
  record.waiting.clear();
}

async function removeAll(record: PodRecord, { containers }: Observation): Promise<void> {
  record.report({ sandboxes: (await record.observe()).sandboxes, containers });
  await Promise.all(
    // Regardless of their grace periods: the pod is to run on.
    runningOf(record.pod, containers).map((running) => kill(record, running, { message: "killing", graceSeconds: 0 })),
  );
  for (const { id } of containers) await record.context.runtime.removeContainer(id);
}

/**
 * All get notice at once, and run their hooks; main containers are stopped first, then sidecars from the last to the
 * first. The end of the last one is reported when the sandbox stops.
 */
export const killAll = (record: PodRecord, { containers }: Observation): Promise<void> =>
  inTurns(killOrder(record.pod, containers), async (running, turn) => {
    await kill(record, running, { message: stopping(running), graceSeconds: record.grace, turn });
    const left = await record.observe();
    if (runningOf(record.pod, left.containers).length > 0) record.report(left);
  });

/** What is being stopped ends by a shorter grace period. */
export async function shorten({ context: { runtime }, endings }: PodRecord, graceSeconds: number): Promise<void> {
  const seconds = Math.max(graceSeconds, MIN_GRACE_SECONDS);
  await Promise.all(endings.hurry().map((id) => runtime.stopContainer(id, seconds)));
}
