/** The phase of a pod by its containers' statuses, as the kubelet computes it. */
import type { ContainerStatus, Pod } from "../../../api/generated/core.v1.ts";
import { initContainersOf, isSidecar } from "../containers.ts";
import { restartDecision } from "../life/restart.ts";

/** Of a container that was removed to be started anew with all others, whatever its own policy. */
export const RESTARTING_ALL = "RestartingAllContainers";

export type Phase = "Pending" | "Running" | "Succeeded" | "Failed";

export const isTerminal = (phase: string | undefined): boolean => phase === "Succeeded" || phase === "Failed";

/** A container of the spec that is not an init container has run at some time. */
export const hasMainContainerStarted = (pod: Pod, statuses: readonly ContainerStatus[]): boolean =>
  pod.spec.containers.some(({ name }) => {
    const status = statuses.find((s) => s.name === name);
    return (
      status !== undefined &&
      (status.state?.running !== undefined ||
        status.state?.terminated !== undefined ||
        status.lastState?.terminated !== undefined)
    );
  });

export interface PhaseFacts {
  /** No container will be started again, whatever its restart policy. */
  readonly over: boolean;
  /**
   * A main container has run in the sandbox that the pod has now: its sidecars may start anew without taking it back to
   * where it began.
   */
  readonly hasStarted: boolean;
}

export function phaseOf(pod: Pod, statuses: readonly ContainerStatus[], { over, hasStarted }: PhaseFacts): Phase {
  const byName = new Map(statuses.map((status) => [status.name, status]));
  let initializing = 0;
  let startingSidecars = 0;
  let initFailed = false;
  let unknown = 0;
  let running = 0;
  let waiting = 0;
  const endCodes: number[] = [];
  let restarting = false;

  for (const container of initContainersOf(pod)) {
    const status = byName.get(container.name);
    const { state, lastState } = status ?? {};
    if (isSidecar(container)) {
      if (status === undefined) unknown++;
      else if (state?.running !== undefined) {
        running++;
        if (status.started !== true) startingSidecars++;
      } else if (state?.terminated === undefined && lastState?.terminated === undefined) {
        startingSidecars++;
        waiting++;
      }
      continue;
    }
    const end = state?.terminated ?? (state?.running === undefined ? lastState?.terminated : undefined);
    if (end === undefined) initializing++;
    else if (end.exitCode !== 0 && end.reason !== RESTARTING_ALL) {
      if (restartDecision(pod, { role: "init", container }, end.exitCode) === "stay-ended") initFailed = true;
    }
  }

  for (const container of pod.spec.containers) {
    const status = byName.get(container.name);
    const end = status?.state?.terminated ?? status?.lastState?.terminated;
    if (status === undefined) unknown++;
    else if (status.state?.running !== undefined) running++;
    else if (end === undefined) waiting++;
    else {
      endCodes.push(status.state?.terminated === undefined ? 1 : end.exitCode);
      if (end.reason === RESTARTING_ALL) restarting = true;
      if (restartDecision(pod, { role: "main", container }, end.exitCode) !== "stay-ended") restarting = true;
    }
  }

  if (initFailed) return "Failed";
  if (initializing > 0 || (startingSidecars > 0 && !hasStarted) || waiting > 0) return "Pending";
  if (unknown > 0) return "Pending";
  if (running > 0) return "Running";
  if (endCodes.length === 0) return "Pending";
  if (restarting && !over) return "Running";
  return endCodes.every((code) => code === 0) ? "Succeeded" : "Failed";
}
