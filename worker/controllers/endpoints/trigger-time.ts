/** The time of the change that made endpoints change, as they tell it in an annotation: dataplane latency is measured by it. */
import type { Pod, Service } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { isReady, isTerminated, podCondition } from "../pod/pod-state.ts";

const TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time";

type Annotations = Readonly<Record<string, string>>;

/** By uid, the pods that endpoints show, and whether they were ready; undefined where that does not show. */
export type ShownPods = ReadonlyMap<string, boolean | undefined>;

interface Shown {
  readonly pods: ShownPods;
  /** What those endpoints carry. */
  readonly annotations: Annotations | undefined;
}

/**
 * The first endpoints tell when their service was made, later ones the earliest of the times at which pods became or ceased to
 * be ready since; changes of other kinds (of the service, of an address, a pod that is told to end) have no time.
 * Kubernetes remembers the times that it has seen; here what is shown stands for them, and the time that was told last.
 */
export function triggerTime(
  service: Stored<Service>,
  pods: readonly Stored<Pod>[],
  shown: Shown | undefined,
): string | undefined {
  if (!shown) return service.metadata.creationTimestamp;
  const told = shown.annotations?.[TRIGGER] ?? "";
  const times = pods.flatMap((pod) => {
    const time = podCondition(pod, "Ready")?.lastTransitionTime;
    if (!time) return [];
    const before = shown.pods.get(pod.metadata.uid);
    const isNew = shown.pods.has(pod.metadata.uid) ? before === !isReady(pod) && time > told : isComing(pod);
    return isNew ? [time] : [];
  });
  return times.sort()[0];
}

/** Who is not shown, and is going or gone, was shown before. */
const isComing = (pod: Stored<Pod>): boolean =>
  pod.status.podIP !== undefined && !pod.metadata.deletionTimestamp && !isTerminated(pod);

/** The annotations with that time, or without any. */
export function withTrigger(annotations: Annotations | undefined, time: string | undefined): Annotations {
  const { [TRIGGER]: _, ...others } = annotations ?? {};
  return time === undefined ? others : { ...others, [TRIGGER]: time };
}
