/** The containers of a pod by their roles. */
import type { Container, Pod } from "../../api/generated/core.v1.ts";

export type ContainerRole = "init" | "sidecar" | "main" | "ephemeral";

export const isSidecar = (container: Container): boolean => container.restartPolicy === "Always";

export const initContainersOf = (pod: Pod): readonly Container[] => pod.spec.initContainers ?? [];
const ephemeralContainersOf = (pod: Pod): readonly Container[] => pod.spec.ephemeralContainers ?? [];

export interface PodContainer {
  readonly role: ContainerRole;
  readonly container: Container;
}

export const allContainersOf = (pod: Pod): readonly PodContainer[] => [
  ...initContainersOf(pod).map((container) => ({
    role: isSidecar(container) ? ("sidecar" as const) : ("init" as const),
    container,
  })),
  ...pod.spec.containers.map((container) => ({ role: "main" as const, container })),
  ...ephemeralContainersOf(pod).map((container) => ({ role: "ephemeral" as const, container })),
];

export const findContainer = (pod: Pod, name: string): PodContainer | undefined =>
  allContainersOf(pod).find(({ container }) => container.name === name);

/** The container's field path in events: `spec.initContainers{i}`. */
export const fieldPathOf = ({ role, container }: PodContainer): string => {
  const list =
    role === "main" ? "containers" : role === "ephemeral" ? "ephemeralContainers" : ("initContainers" as const);
  return `spec.${list}{${container.name}}`;
};

/** A pod as the kubelet prints it in messages. */
export const printPod = (pod: Pod): string =>
  `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid ?? ""})`;
