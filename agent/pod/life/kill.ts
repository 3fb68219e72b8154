/** How containers are stopped: hook, signal, KILL, and in which order. */

import type { Container, Pod } from "../../../api/generated/core.v1.ts";
import { timerMs } from "../../longest-timer.ts";
import type { ContainerObservation } from "../../runtime/observation.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { steadyNow } from "../../steady-now.ts";
import { unlessAborted } from "../../unless-aborted.ts";
import { type Running, runningOf } from "../running-containers.ts";
import { runHook } from "./hooks.ts";

/** Every container gets a moment to react before it is killed. */
export const MIN_GRACE_SECONDS = 2;

export interface Kill {
  readonly runtime: Runtime;
  readonly pod: Pod;
  readonly container: Container;
  readonly id: string;
  readonly podIP: string;
  /** For the hook, waiting for its turn, and the stop signal together. */
  readonly graceSeconds: number;
  /** Settles when the containers that must end before this one have ended. */
  readonly turn: Promise<unknown>;
  /** The grace period has become shorter: neither the hook nor the turn is waited for any longer. */
  readonly hurry: AbortSignal;
  readonly onFailedHook: () => void;
}

/** Settles with the promise, whatever its outcome, or when the time is over. */
async function waitAtMost(seconds: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise((resolve) => {
    timer = setTimeout(resolve, timerMs(seconds * 1000));
  });
  await Promise.race([promise.catch(() => {}), over]);
  clearTimeout(timer);
}

/**
 * A hook that exceeds the grace period is abandoned, and the stop signal is still sent; the same applies if earlier
 * containers do not end in time.
 */
export async function killContainer(options: Kill): Promise<void> {
  const { runtime, pod, container, id, podIP, graceSeconds, turn, hurry, onFailedHook } = options;
  const started = steadyNow();
  const left = () => Math.ceil(graceSeconds - (steadyNow() - started) / 1000);
  const hook = container.lifecycle?.preStop;
  if (hook !== undefined && graceSeconds > 0) {
    const hooked = runHook(hook, { runtime, containerId: id, pod, container, podIP }).catch(onFailedHook);
    await waitAtMost(graceSeconds, unlessAborted(hurry, hooked));
  }
  if (left() > 0) await waitAtMost(left(), unlessAborted(hurry, turn));
  await runtime.stopContainer(id, Math.max(left(), MIN_GRACE_SECONDS));
}

/** Groups of containers to stop: all but sidecars first, then sidecars one by one, from the last to the first. */
export function killOrder(pod: Pod, containers: readonly ContainerObservation[]): Running[][] {
  const running = runningOf(pod, containers);
  const order = (pod.spec.initContainers ?? []).map(({ name }) => name);
  const sidecars = running.filter(({ target }) => target.role === "sidecar");
  sidecars.sort((a, b) => order.indexOf(b.observed.name) - order.indexOf(a.observed.name));
  return [running.filter(({ target }) => target.role !== "sidecar"), ...sidecars.map((sidecar) => [sidecar])];
}

/** Starts on all at once; a group's turn comes when the groups before it have ended. */
export async function inTurns<T>(
  groups: readonly (readonly T[])[],
  end: (one: T, turn: Promise<unknown>) => Promise<void>,
): Promise<void> {
  let turn: Promise<unknown> = Promise.resolve();
  for (const together of groups) {
    const before = turn;
    turn = Promise.all([before, ...together.map((one) => end(one, before))]);
  }
  await turn;
}
