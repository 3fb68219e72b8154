import { describe, expect, it } from "vitest";
import { availableMemory, memoryDetail } from "./machine-usage.ts";
import { type Sample, usageBetween } from "./usage-meter.ts";

const pod = { namespace: "default", name: "p", uid: "u" };
const container = (id: string, cpuNanoseconds: number) => ({
  id,
  pod,
  name: id,
  cpuNanoseconds,
  memoryWorkingSetBytes: 4096,
});
const sample = (at: number, cpuNanoseconds: number, containers: Sample["containers"]): Sample => ({
  // Whatever the clock says.
  at: at === 1000 ? 9_000_000 : at,
  steadyAt: at,
  machine: { cpuNanoseconds, memoryBytes: 1e6, memoryAvailableBytes: 1e6 },
  containers,
});

describe("what a node uses between two looks", () => {
  const usage = usageBetween(
    "n",
    sample(1000, 5e9, [container("a", 1e9), container("b", 9e9)]),
    sample(3000, 6e9, [container("a", 2e9), container("b", 1e9), container("new", 5e9)]),
  );

  it("is an average over the time between", () => {
    expect(usage).toMatchObject({ node: "n", at: 3000, windowMs: 2000, cpuNanocores: 5e8, memoryBytes: 1e6 });
    expect(usage.pods[0]?.containers[0]).toEqual({ name: "a", cpuNanocores: 5e8, memoryBytes: 4096 });
  });

  it("is never less than nothing, and says nothing yet of what has just started", () => {
    expect(usage.pods[0]?.containers.map(({ name, cpuNanocores }) => [name, cpuNanocores])).toEqual([
      ["a", 5e8],
      ["b", 0],
    ]);
  });
});

describe("available memory", () => {
  it("is what the kernel says, caches included", () =>
    expect(availableMemory("MemTotal: 100 kB\nMemAvailable:   40 kB\n")).toBe(40 * 1024));
});

it("memory is told in detail where the kernel does", () => {
  const detail = memoryDetail("AnonPages:      12 kB\n", "pgfault 700\npgmajfault 3\n");
  expect(detail).toEqual({ memoryResidentBytes: 12 * 1024, pageFaults: { all: 700, major: 3 } });
  expect(memoryDetail("", "")).toEqual({});
});
