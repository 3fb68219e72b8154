import type { Pod } from "../../api/generated/core.v1.ts";
import { findContainer, type PodContainer } from "../pod-spec/containers.ts";
import type { ContainerObservation } from "../runtime/observation.ts";

export interface Running {
  readonly target: PodContainer;
  readonly observed: ContainerObservation;
}

export const runningOf = (pod: Pod, containers: readonly ContainerObservation[]): Running[] =>
  containers.flatMap((observed) => {
    const target = findContainer(pod, observed.name);
    return observed.state === "running" && target !== undefined ? [{ target, observed }] : [];
  });
