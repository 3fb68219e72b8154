/** How long pods have to end when the machine shuts down, by their priority: the kubelet's settings and rules. Pure. */
import type { Pod } from "../../api/generated/core.v1.ts";
import { durationProblem, parseDuration } from "../../api/machinery/time/duration.ts";
import type { NodeSettings } from "../../api/node/node-settings.ts";

export type ShutdownSettings = Pick<
  NodeSettings,
  "shutdownGracePeriod" | "shutdownGracePeriodCriticalPods" | "shutdownGracePeriodByPodPriority"
>;

/** Pods of this priority and above, up to the next period's. */
export interface ShutdownPeriod {
  readonly priority: number;
  readonly seconds: number;
}

const CRITICAL_PRIORITY = 2_000_000_000;

/** From the lowest priority to the highest; none: pods are not ended. Fails with what is wrong. */
export function shutdownPeriods(settings: ShutdownSettings): readonly ShutdownPeriod[] {
  const { shutdownGracePeriod, shutdownGracePeriodCriticalPods, shutdownGracePeriodByPodPriority } = settings;
  if (shutdownGracePeriodByPodPriority !== undefined) {
    if (shutdownGracePeriod !== undefined || shutdownGracePeriodCriticalPods !== undefined)
      throw new Error("--shutdown-grace-period-by-pod-priority excludes the other shutdown grace periods");
    return parsePriorities(shutdownGracePeriodByPodPriority).sort((a, b) => a.priority - b.priority);
  }
  const [all, critical] = [secondsOf(shutdownGracePeriod ?? "0"), secondsOf(shutdownGracePeriodCriticalPods ?? "0")];
  if (critical > all)
    throw new Error("--shutdown-grace-period-critical-pods is a part of --shutdown-grace-period, and cannot be longer");
  if (all === 0) return [];
  return [
    { priority: 0, seconds: all - critical },
    { priority: CRITICAL_PRIORITY, seconds: critical },
  ];
}

/** `100000=10s,0=1m` */
function parsePriorities(text: string): ShutdownPeriod[] {
  return text.split(",").map((part) => {
    const [, priority, period] = /^(-?\d+)=(.+)$/.exec(part.trim()) ?? [];
    if (priority === undefined || period === undefined) throw new Error(`"${part}" is not PRIORITY=PERIOD`);
    return { priority: Number(priority), seconds: secondsOf(period) };
  });
}

function secondsOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new Error(durationProblem(text));
  if (ms < 0 || (ms > 0 && ms < 1000)) throw new Error(`"${text}" is neither 0 nor at least 1s`);
  return Math.floor(ms / 1000);
}

export const totalSeconds = (periods: readonly ShutdownPeriod[]): number =>
  periods.reduce((sum, { seconds }) => sum + seconds, 0);

export interface ShutdownGroup<T> {
  readonly seconds: number;
  readonly pods: readonly T[];
}

/** In the order in which they end; pods below the lowest priority end with the first group. */
export function shutdownGroups<T extends { readonly pod: Pod }>(
  periods: readonly ShutdownPeriod[],
  pods: readonly T[],
): readonly ShutdownGroup<T>[] {
  const indexOf = ({ spec: { priority = 0 } }: Pod) =>
    Math.max(
      0,
      periods.findLastIndex((period) => period.priority <= priority),
    );
  return periods
    .map(({ seconds }, index) => ({ seconds, pods: pods.filter(({ pod }) => indexOf(pod) === index) }))
    .filter(({ pods }) => pods.length > 0);
}
