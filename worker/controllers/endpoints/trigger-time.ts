/** The time of the change that made endpoints change, as they tell it in an annotation: dataplane latency is measured by it. */
import type { Pod, Service } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { isReady, isTerminated, podCondition } from "../pod/pod-state.ts";
import { timeOf } from "../time.ts";

const TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time";

type Annotations = Readonly<Record<string, string>>;

/** By uid, the pods that endpoints show, and whether they were ready; undefined where that does not show. */
export type ShownPods = ReadonlyMap<string, boolean | undefined>;

/** Kubernetes remembers what it has seen of a pod; here what shows nowhere is taken for seen after this long. */
const JUST_MS = 5000;

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
  { shown, now, lastActed }: { readonly shown: Shown | undefined; readonly now: number; readonly lastActed?: number },
): string | undefined {
  // What somebody took away is no news.
  if (!shown) return lastActed === undefined ? service.metadata.creationTimestamp : undefined;
  const told = shown.annotations?.[TRIGGER] ?? "";
  const times = pods.flatMap((pod) => {
    const time = podCondition(pod, "Ready")?.lastTransitionTime;
    if (!time) return [];
    const before = shown.pods.get(pod.metadata.uid);
    if (!shown.pods.has(pod.metadata.uid) && !isGoing(pod)) return pod.status.podIP ? [time] : [];
    // Times are whole seconds: what was told last may have happened in the same one.
    if (before === undefined) return time >= told && (timeOf(time) ?? 0) + JUST_MS > now ? [time] : [];
    return time > told && before !== isReady(pod) ? [time] : [];
  });
  return times.sort()[0];
}

/** Who is not shown, and is on its way out or has ended, may have been shown before. */
const isGoing = (pod: Stored<Pod>): boolean => pod.metadata.deletionTimestamp !== undefined || isTerminated(pod);

/** The annotations with that time, or without any. */
export function withTrigger(annotations: Annotations | undefined, time: string | undefined): Annotations {
  const { [TRIGGER]: _, ...others } = annotations ?? {};
  return time === undefined ? others : { ...others, [TRIGGER]: time };
}
