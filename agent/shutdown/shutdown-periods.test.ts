import { describe, expect, it } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import { type ShutdownSettings, shutdownGroups, shutdownPeriods, totalSeconds } from "./shutdown-periods.ts";

const CRITICAL = 2_000_000_000;

const podOf = (name: string, priority?: number) => ({
  pod: {
    metadata: { name },
    spec: { containers: [], ...(priority === undefined ? {} : { priority }) },
    status: {},
  } satisfies Pod,
});
const grouped = (settings: ShutdownSettings, ...pods: ReturnType<typeof podOf>[]) =>
  shutdownGroups(shutdownPeriods(settings), pods).map(({ seconds, pods }) => [
    seconds,
    pods.map(({ pod }) => pod.metadata.name),
  ]);

describe("AGENT-SHUTDOWN: the time that pods have", () => {
  it("is divided between critical pods and all others, which end first", () => {
    const settings = { shutdownGracePeriod: "1m", shutdownGracePeriodCriticalPods: "20s" };
    expect(grouped(settings, podOf("critical", CRITICAL + 1000), podOf("plain"), podOf("high", CRITICAL - 1))).toEqual([
      [40, ["plain", "high"]],
      [20, ["critical"]],
    ]);
    expect(totalSeconds(shutdownPeriods(settings))).toBe(60);
    expect(shutdownPeriods({})).toEqual([]);
  });

  it("may be given by priority: each period is for its priority and above, the lowest for those below it, too", () => {
    const settings = { shutdownGracePeriodByPodPriority: "100=10s,0=1m,10000=30s" };
    const pods = [podOf("below", -5), podOf("zero"), podOf("99", 99), podOf("100", 100), podOf("critical", CRITICAL)];
    expect(grouped(settings, ...pods)).toEqual([
      [60, ["below", "zero", "99"]],
      [10, ["100"]],
      [30, ["critical"]],
    ]);
  });

  it.each<[ShutdownSettings, string]>([
    [{ shutdownGracePeriod: "10s", shutdownGracePeriodCriticalPods: "11s" }, "cannot be longer"],
    [{ shutdownGracePeriodCriticalPods: "11s" }, "cannot be longer"],
    [{ shutdownGracePeriod: "10" }, 'missing unit in duration "10"'],
    [{ shutdownGracePeriod: "500ms" }, "neither 0 nor at least 1s"],
    [{ shutdownGracePeriod: "10s", shutdownGracePeriodByPodPriority: "0=1s" }, "excludes the other"],
    [{ shutdownGracePeriodByPodPriority: "high=1s" }, "is not PRIORITY=PERIOD"],
  ])("is refused: %j", (settings, why) => expect(() => shutdownPeriods(settings)).toThrow(why));
});
