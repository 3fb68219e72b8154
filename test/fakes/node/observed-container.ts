/** A container as a runtime shows it, in the first seconds of 2026, and its previous status. */

import type { PodLocal } from "../../../agent/pod/local.ts";
import { containerStatuses } from "../../../agent/pod/status/container-status.ts";
import type { ContainerObservation } from "../../../agent/runtime/observation.ts";
import type { Container, ContainerStatus, Pod } from "../../../api/generated/core.v1.ts";
import { settledLocal } from "./settled-pod.ts";

const at = (second: number) => Date.UTC(2026, 0, 1, 0, 0, second);
export const time = (second: number) => `2026-01-01T00:00:0${second}Z`;

export const observed = (more: Partial<ContainerObservation> & { restarts?: number } = {}): ContainerObservation => ({
  id: "fake://1",
  sandboxId: "s",
  name: "c",
  attempt: 0,
  state: "running",
  image: "docker.io/library/i:1",
  imageRef: "sha256:1",
  createdAt: at(0),
  startedAt: at(1),
  finishedAt: 0,
  exitCode: 0,
  reason: "",
  message: "",
  logPath: "",
  labels: {},
  annotations: { "io.kubernetes.container.restartCount": String(more.restarts ?? 0) },
  ...more,
});
export const exited = (exitCode: number, more: Parameters<typeof observed>[0] = {}) =>
  observed({ state: "exited", exitCode, finishedAt: at(2), ...more });

export const previously = (more: Partial<ContainerStatus>): ContainerStatus => ({
  name: "c",
  image: "i:1",
  imageID: "",
  ready: false,
  restartCount: 0,
  ...more,
});

export interface StatusCase {
  readonly container?: Partial<Container>;
  readonly spec?: Partial<Pod["spec"]>;
  readonly deleted?: boolean;
  readonly before?: Partial<ContainerStatus>;
  readonly containers?: readonly ContainerObservation[];
  readonly local?: Partial<PodLocal>;
}

/** The status of a pod's only container. */
export function mainStatus({ container, spec, deleted, before, containers = [], local }: StatusCase): ContainerStatus {
  const pod: Pod = {
    metadata: { name: "p", ...(deleted === true && { deletionTimestamp: time(3) }) },
    spec: { containers: [{ name: "c", image: "i:1", ...container }], ...spec },
    status: before === undefined ? {} : { containerStatuses: [previously(before)] },
  };
  const { main } = containerStatuses({ pod, observation: { sandboxes: [], containers }, local: settledLocal(local) });
  return main[0] as ContainerStatus;
}
