/** Which of a pod's containers a shell opens in, and how. */
import type { ContainerStatus, Pod } from "../../../api/generated/core.v1.ts";
import { type ContainerOfPod, containersOf, isPlainProcess } from "../../summaries/containers-of.ts";

export interface ShellContainer {
  readonly name: string;
  /** Undefined for one that was just added and is not listed yet. */
  readonly container: ContainerOfPod | undefined;
  readonly running: boolean;
  /** What the container runs, for a debug container that reads what one writes; otherwise a new shell. */
  readonly program: "main" | "shell";
  readonly terminal: boolean;
}

/** Init containers end before anyone could look into them. */
export const shellContainersOf = (pod: Pod): ContainerOfPod[] =>
  containersOf(pod).filter(({ role }) => role !== "init");

/** The one of this name, or else the pod's first. */
export function shellContainer(pod: Pod, named: string | undefined): ShellContainer {
  const isInit = containersOf(pod).some(({ name, role }) => name === named && role === "init");
  const name = named === undefined || isInit ? (pod.spec.containers?.[0]?.name ?? "") : named;
  const container = shellContainersOf(pod).find((each) => each.name === name);
  const attached = container?.role === "debug" && container.stdin;
  return {
    name,
    container,
    running: container?.status?.state?.running !== undefined,
    program: attached ? "main" : "shell",
    terminal: attached ? container.tty : !isPlainProcess(container?.status),
  };
}

/** Why no shell can open in it yet, or any more. */
export function whyNoShell(container: ContainerOfPod | undefined): string {
  const { waiting, terminated }: NonNullable<ContainerStatus["state"]> = container?.status?.state ?? {};
  const reason = waiting?.reason ?? terminated?.reason ?? "It has not begun yet";
  const message = waiting?.message ?? terminated?.message;
  const what = message ? `${reason}: ${message}` : reason;
  return container?.role === "debug" && terminated
    ? `${what}. A debug container does not begin again: add another one with Debug.`
    : `${what}. The shell opens when it runs.`;
}
