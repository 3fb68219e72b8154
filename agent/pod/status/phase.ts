/** The phase of a pod from its containers' statuses, as computed by the kubelet. */

import type { ContainerStatus, Pod } from "../../../api/generated/core.v1.ts";
import { initContainersOf, isSidecar } from "../../pod-spec/containers.ts";
import type { Phase } from "../../pod-spec/pod-phase.ts";
import { restartDecision } from "../../pod-spec/restart.ts";

/** For a container removed by RestartAllContainers, whatever its own policy. */
export const RESTARTING_ALL = "RestartingAllContainers";

/** Whether a main container has ever run. */
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
  /** No container will be restarted, whatever its restart policy. */
  readonly over: boolean;
  /** A main container has run in the current sandbox: restarting sidecars does not make the pod Pending again. */
  readonly hasStarted: boolean;
}

export function phaseOf(pod: Pod, statuses: readonly ContainerStatus[], { over, hasStarted }: PhaseFacts): Phase {
  const byName = new Map(statuses.map((status) => [status.name, status]));
  const init = tallyInit(pod, byName);
  const main = tallyMain(pod, byName);
  if (init.failed) return "Failed";
  if (init.initializing > 0 || (init.startingSidecars > 0 && !hasStarted)) return "Pending";
  if (init.waiting + main.waiting > 0 || init.unknown + main.unknown > 0) return "Pending";
  if (init.running + main.running > 0) return "Running";
  if (main.endCodes.length === 0) return "Pending";
  if (main.restarting && !over) return "Running";
  return main.endCodes.every((code) => code === 0) ? "Succeeded" : "Failed";
}

type ByName = ReadonlyMap<string, ContainerStatus>;

function tallyInit(pod: Pod, byName: ByName) {
  const tally = { initializing: 0, startingSidecars: 0, failed: false, unknown: 0, running: 0, waiting: 0 };
  for (const container of initContainersOf(pod)) {
    const status = byName.get(container.name);
    const { state, lastState } = status ?? {};
    if (isSidecar(container)) {
      if (status === undefined) tally.unknown++;
      else if (state?.running !== undefined) {
        tally.running++;
        if (status.started !== true) tally.startingSidecars++;
      } else if (state?.terminated === undefined && lastState?.terminated === undefined) {
        tally.startingSidecars++;
        tally.waiting++;
      }
      continue;
    }
    const end = state?.terminated ?? (state?.running === undefined ? lastState?.terminated : undefined);
    if (end === undefined) tally.initializing++;
    else if (end.exitCode !== 0 && end.reason !== RESTARTING_ALL)
      tally.failed ||= restartDecision(pod, { role: "init", container }, end.exitCode) === "stay-ended";
  }
  return tally;
}

function tallyMain(pod: Pod, byName: ByName) {
  const tally = { unknown: 0, running: 0, waiting: 0, endCodes: [] as number[], restarting: false };
  for (const container of pod.spec.containers) {
    const status = byName.get(container.name);
    const end = status?.state?.terminated ?? status?.lastState?.terminated;
    if (status === undefined) tally.unknown++;
    else if (status.state?.running !== undefined) tally.running++;
    else if (end === undefined) tally.waiting++;
    else {
      tally.endCodes.push(status.state?.terminated === undefined ? 1 : end.exitCode);
      tally.restarting ||=
        end.reason === RESTARTING_ALL ||
        restartDecision(pod, { role: "main", container }, end.exitCode) !== "stay-ended";
    }
  }
  return tally;
}
