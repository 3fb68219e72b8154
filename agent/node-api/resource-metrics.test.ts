import { expect, it } from "vitest";
import type { Sample } from "../usage/usage-meter.ts";
import { renderResourceMetrics } from "./resource-metrics.ts";

const container = (id: string) => ({
  ...{ id, name: "c", pod: { namespace: "ns", name: `p-${id}`, uid: id } },
  ...{ cpuNanoseconds: 0, memoryWorkingSetBytes: 1 },
});
const sampleOf = (swap: { readonly swapBytes?: number }): Sample => ({
  ...{ at: 5000, steadyAt: 5000 },
  machine: { cpuNanoseconds: 1e9, memoryBytes: 10, memoryAvailableBytes: 5, ...swap },
  containers: [container("a"), container("b")],
});

it("AGENT-METRICS: /metrics/resource has swap, where it is known", () => {
  const memory = { cacheBytes: 0, mappedBytes: 0, swapBytes: 7 };
  const known = renderResourceMetrics([], sampleOf({ swapBytes: 9 }), new Map([["a", { memory }]]));
  expect(known.match(/^\w*swap\w*\{?.*$/gm)).toEqual([
    'container_swap_usage_bytes{container="c",namespace="ns",pod="p-a"} 7 5000',
    "node_swap_usage_bytes 9 5000",
    'pod_swap_usage_bytes{namespace="ns",pod="p-a"} 7 5000',
  ]);
  const unknown = renderResourceMetrics([], sampleOf({}), new Map());
  expect(unknown).not.toContain("swap");
  expect(unknown).toContain('pod_memory_working_set_bytes{namespace="ns",pod="p-b"} 1 5000');
});
