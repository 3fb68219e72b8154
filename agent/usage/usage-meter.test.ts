import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Runtime } from "../runtime/runtime.ts";
import { availableMemory, memoryDetail } from "./machine-usage.ts";
import { earlierSamples, type Sample, UsageMeter, usageSince } from "./usage-meter.ts";

const pod = { namespace: "default", name: "p", uid: "u" };
const container = (id: string, cpuNanoseconds: number) => ({
  id,
  pod,
  name: id,
  cpuNanoseconds,
  memoryWorkingSetBytes: 4096,
});
const sample = (at: number, cpuNanoseconds: number, containers: Sample["containers"]): Sample => ({
  // Whatever the wall clock says.
  at: at === 1000 ? 9_000_000 : at,
  steadyAt: at,
  machine: { cpuNanoseconds, memoryBytes: 1e6, memoryAvailableBytes: 1e6 },
  containers,
});

describe("the usage of a node between two samples", () => {
  const usage = usageSince(
    "n",
    [sample(1000, 5e9, [container("a", 1e9), container("b", 9e9)]), sample(2000, 5e9, [container("late", 1e9)])],
    sample(3000, 6e9, [container("a", 2e9), container("b", 1e9), container("new", 5e9), container("late", 2e9)]),
  );

  it("is averaged over the interval", () => {
    expect(usage).toMatchObject({ node: "n", at: 3000, windowMs: 2000, cpuNanocores: 5e8, memoryBytes: 1e6 });
    expect(usage.pods[0]?.containers[0]).toEqual({ name: "a", cpuNanocores: 5e8, memoryBytes: 4096 });
  });

  it("is never negative, and omits what has just started", () => {
    expect(usage.pods[0]?.containers.map(({ name, cpuNanocores }) => [name, cpuNanocores])).toEqual([
      ["a", 5e8],
      ["b", 0],
      ["late", 1e9],
    ]);
  });

  it.each([
    [[], []],
    // Too recent, or too old.
    [[119_500, 0], []],
    [
      [119_000, 100],
      [100, 119_000],
    ],
    [
      [50_000, 100_000, 110_000, 115_000],
      [110_000, 115_000],
    ],
  ])("is compared with the newest samples that are old enough: %j", (times, against) => {
    const samples = [...times].sort((a, b) => a - b).map((at) => sample(at, 0, []));
    expect(earlierSamples(samples, 120_000).map(({ steadyAt }) => steadyAt)).toEqual(against);
  });
});

function countingMeter() {
  let looks = 0;
  const usage = async () => {
    looks++;
    return [];
  };
  return { meter: new UsageMeter("n", { usage } as unknown as Runtime), looks: () => looks };
}

describe("a usage meter", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("samples twice for the first request, and then compares with an earlier sample", async () => {
    const { meter, looks } = countingMeter();
    const windowAfter = async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms);
      const answer = meter.read();
      await vi.advanceTimersByTimeAsync(1000);
      const { windowMs } = await answer;
      return [Math.round(windowMs / 1000), looks()];
    };
    // Each answer takes a second.
    expect(await windowAfter(0)).toEqual([1, 2]);
    expect(await windowAfter(14_000)).toEqual([14, 3]);
    expect(await windowAfter(1000)).toEqual([16, 4]);
    expect(await windowAfter(12_000)).toEqual([13, 5]);
    expect(await windowAfter(300_000)).toEqual([1, 7]);
  });

  it("returns its last measurement to frequent requests", async () => {
    const { meter, looks } = countingMeter();
    const first = meter.read();
    await vi.advanceTimersByTimeAsync(1000);
    await vi.advanceTimersByTimeAsync(500);
    expect(await meter.read()).toEqual(await first);
    expect(looks()).toBe(2);
  });
});

describe("available memory", () => {
  it("is what the kernel reports, including caches", () =>
    expect(availableMemory("MemTotal: 100 kB\nMemAvailable:   40 kB\n")).toBe(40 * 1024));
});

it("detailed memory statistics are reported if the kernel has them", () => {
  const detail = memoryDetail("AnonPages:      12 kB\n", "pgfault 700\npgmajfault 3\n");
  expect(detail).toEqual({ memoryResidentBytes: 12 * 1024, pageFaults: { all: 700, major: 3 } });
  expect(memoryDetail("SwapTotal: 9 kB\nSwapFree: 4 kB\n", "")).toEqual({ swapBytes: 5 * 1024 });
  expect(memoryDetail("", "")).toEqual({});
});
