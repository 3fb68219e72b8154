/** How containers are stopped: hook, signal, KILL, and in which order. */
import type { Container, Pod } from "../../api/generated/core.v1.ts";
import type { ContainerObservation, Runtime } from "../runtime/runtime.ts";
import { findContainer, type PodContainer } from "./containers.ts";
import { runHook } from "./hooks.ts";

/** No container is killed without a moment to react. */
export const SHORTEST_GRACE_SECONDS = 2;
const DEFAULT_GRACE_SECONDS = 30;

export const graceOf = ({ metadata, spec }: Pod): number =>
  metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;

export interface Kill {
  readonly runtime: Runtime;
  readonly container: Container;
  readonly id: string;
  readonly podIP: string;
  /** For the hook and the stop signal together. */
  readonly graceSeconds: number;
  readonly onFailedHook: () => void;
}

/** A hook that outlasts the grace is cut off, and the stop signal still comes. */
export async function killContainer({
  runtime,
  container,
  id,
  podIP,
  graceSeconds,
  onFailedHook,
}: Kill): Promise<void> {
  const started = Date.now();
  const hook = container.lifecycle?.preStop;
  if (hook !== undefined && graceSeconds > 0) {
    const hooked = runHook(hook, { runtime, containerId: id, container, podIP }, graceSeconds).catch(() => {
      if (Date.now() - started < graceSeconds * 1000) onFailedHook();
    });
    await Promise.race([hooked, new Promise((resolve) => setTimeout(resolve, graceSeconds * 1000).unref())]);
  }
  const left = Math.ceil(graceSeconds - (Date.now() - started) / 1000);
  await runtime.stopContainer(id, Math.max(left, SHORTEST_GRACE_SECONDS));
}

export interface Running {
  readonly target: PodContainer;
  readonly observed: ContainerObservation;
}

export const runningOf = (pod: Pod, containers: readonly ContainerObservation[]): Running[] =>
  containers.flatMap((observed) => {
    const target = findContainer(pod, observed.name);
    return observed.state === "running" && target !== undefined ? [{ target, observed }] : [];
  });

/** Who is stopped together: all but sidecars first, then sidecars one by one, from the last to the first. */
export function killOrder(pod: Pod, containers: readonly ContainerObservation[]): Running[][] {
  const running = runningOf(pod, containers);
  const order = (pod.spec.initContainers ?? []).map(({ name }) => name);
  const sidecars = running.filter(({ target }) => target.role === "sidecar");
  sidecars.sort((a, b) => order.indexOf(b.observed.name) - order.indexOf(a.observed.name));
  return [running.filter(({ target }) => target.role !== "sidecar"), ...sidecars.map((sidecar) => [sidecar])];
}
