/**
 * The time of the change that caused an update of endpoints, published in an annotation by which dataplane latency is
 * measured.
 */
import type { Pod, Service } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { isReady, isTerminated, podCondition } from "../pod/pod-state.ts";
import { timeOf } from "../time.ts";

const TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time";

type Annotations = Readonly<Record<string, string>>;

/** The pods listed in endpoints, by uid, and whether they were ready; undefined if the endpoints do not show that. */
export type PublishedPods = ReadonlyMap<string, boolean | undefined>;

/** Kubernetes remembers what it has seen; here, what the published endpoints do not tell was seen if it is older. */
const JUST_MS = 5000;

interface PublishedEndpoints {
  readonly pods: PublishedPods;
  /** The annotations of those endpoints. */
  readonly annotations: Annotations | undefined;
}

/**
 * New endpoints carry the creation time of their service, later versions the earliest time since at which pods became
 * or ceased to be ready. Other changes (of the service, of an address, the deletion of a pod) have no time. Kubernetes
 * remembers the times that it has seen; here, the published endpoints and the last published time take their place.
 */
export function triggerTime(
  service: Stored<Service>,
  pods: readonly Stored<Pod>[],
  {
    shown,
    now,
    lastActed,
  }: { readonly shown: PublishedEndpoints | undefined; readonly now: number; readonly lastActed?: number },
): string | undefined {
  const isRecent = (time: string) => (timeOf(time) ?? 0) + JUST_MS > now;
  if (!shown) {
    const { creationTimestamp: made } = service.metadata;
    // A manual deletion is not a trigger.
    const isNew = (lastActed ?? 0) < (timeOf(made) ?? 0);
    return isNew && made !== undefined && isRecent(made) ? made : undefined;
  }
  const published = shown.annotations?.[TRIGGER] ?? "";
  const times = pods.flatMap((pod) => {
    const time = podCondition(pod, "Ready")?.lastTransitionTime;
    if (!time) return [];
    const before = shown.pods.get(pod.metadata.uid);
    if (!shown.pods.has(pod.metadata.uid) && !isGoing(pod)) return pod.status.podIP ? [time] : [];
    // Times are whole seconds: the last published change may have happened in the same one.
    if (before === undefined) return time >= published && isRecent(time) ? [time] : [];
    if (before === isReady(pod)) return [];
    return (published === "" ? isRecent(time) : time > published) ? [time] : [];
  });
  return times.sort()[0];
}

/** A pod that is not listed, and is terminating or has ended, may have been listed before. */
const isGoing = (pod: Stored<Pod>): boolean => pod.metadata.deletionTimestamp !== undefined || isTerminated(pod);

/** The annotations with that time, or without any. */
export function withTrigger(annotations: Annotations | undefined, time: string | undefined): Annotations {
  const { [TRIGGER]: _, ...others } = annotations ?? {};
  return time === undefined ? others : { ...others, [TRIGGER]: time };
}
