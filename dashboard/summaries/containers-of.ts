/** All of a pod's containers, whatever they are for. */
import type { ContainerStatus, Pod } from "../../api/generated/core.v1.ts";
import type { ForwardedPort } from "./port-forward.ts";

export interface ContainerOfPod {
  readonly name: string;
  readonly image: string;
  /** "" for those that the pod is about. */
  readonly role: "init" | "sidecar" | "" | "debug";
  readonly ports: readonly ForwardedPort[];
  /** Whether its main process reads what one writes, on a terminal. */
  readonly stdin: boolean;
  readonly tty: boolean;
  /** Undefined until its node has reported it. */
  readonly status: ContainerStatus | undefined;
}

interface Described {
  readonly name?: string;
  readonly image?: string;
  readonly restartPolicy?: string;
  readonly stdin?: boolean;
  readonly tty?: boolean;
  readonly ports?: readonly { readonly containerPort: number; readonly protocol?: string }[];
}

/** Init containers first, ephemeral containers last. */
export function containersOf({ spec, status }: Pod): ContainerOfPod[] {
  const of = (
    described: readonly Described[] | undefined,
    statuses: readonly ContainerStatus[] | undefined,
    roleOf: (container: Described) => ContainerOfPod["role"],
  ): ContainerOfPod[] =>
    (described ?? []).map((container) => ({
      name: container.name ?? "",
      image: container.image ?? "",
      role: roleOf(container),
      ports: (container.ports ?? []).map(({ containerPort: port, protocol }) => ({ port, protocol })),
      stdin: container.stdin === true,
      tty: container.tty === true,
      status: statuses?.find(({ name }) => name === container.name),
    }));
  return [
    ...of(spec.initContainers, status.initContainerStatuses, ({ restartPolicy }) =>
      restartPolicy === "Always" ? "sidecar" : "init",
    ),
    ...of(spec.containers, status.containerStatuses, () => ""),
    ...of(spec.ephemeralContainers, status.ephemeralContainerStatuses, () => "debug"),
  ];
}

/** Whether its node has no container runtime. */
export const runsPlainProcesses = (pod: Pod): boolean => containersOf(pod).some(({ status }) => isPlainProcess(status));

export const isPlainProcess = (status: ContainerStatus | undefined): boolean =>
  status?.containerID?.startsWith("process://") === true;
