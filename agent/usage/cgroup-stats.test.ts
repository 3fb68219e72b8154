import { expect, test } from "vitest";
import { cgroupDirectory, cgroupStats, parseMemory, parseThrottling } from "./cgroup-stats.ts";

const V1 = "4:memory:/kubepods/podu/s\n2:cpu,cpuacct:/kubepods/podu/s\n1:name=systemd:/elsewhere\n0::/unified/s\n";
const V2 = "0::/kubepods.slice/kubepods-podu.slice/cri-containerd-s.scope\n";

test.each([
  [V1, "cpu", "/sys/fs/cgroup/cpu/kubepods/podu/s"],
  [V1, "memory", "/sys/fs/cgroup/memory/kubepods/podu/s"],
  [V1, "pids", "/sys/fs/cgroup/unified/s"],
  [V2, "cpu", "/sys/fs/cgroup/kubepods.slice/kubepods-podu.slice/cri-containerd-s.scope"],
  ["", "cpu", undefined],
])("with %j, the %s cgroup is %s", (text, controller, directory) => {
  expect(cgroupDirectory(text, controller)).toBe(directory);
});

test.each([
  ["nr_periods 10\nnr_throttled 3\nthrottled_time 2500000000\n", { periods: 10, throttled: 3, throttledSeconds: 2.5 }],
  [
    "usage_usec 9\nnr_periods 10\nnr_throttled 3\nthrottled_usec 2500000\n",
    { periods: 10, throttled: 3, throttledSeconds: 2.5 },
  ],
  ["nr_periods 0\nnr_throttled 0\nthrottled_time 0\n", undefined],
  ["", undefined],
])("throttling in %j is %j", (text, throttling) => {
  expect(parseThrottling(text).throttling).toEqual(throttling);
});

test.each([
  ["cache 5\nrss 9\nmapped_file 3\nswap 2\ntotal_cache 50\n", "", { cacheBytes: 5, mappedBytes: 3, swapBytes: 2 }],
  ["anon 9\nfile 5\nfile_mapped 3\n", "2\n", { cacheBytes: 5, mappedBytes: 3, swapBytes: 2 }],
  ["anon 9\nfile 5\n", "", { cacheBytes: 5, mappedBytes: 0, swapBytes: 0 }],
  ["", "", undefined],
])("memory in %j and %j is %j", (stat, swap, memory) => {
  expect(parseMemory(stat, swap).memory).toEqual(memory);
});

test("AGENT-CGROUP-STATS: containers are omitted if their sandbox's process is unknown or has no cgroup of its own", async () => {
  const pod = { namespace: "ns", name: "p", uid: "u" };
  const containers = [{ id: "containerd://c", pod }];
  expect(await cgroupStats({}, containers)).toEqual(new Map());
  const sandbox = { sandboxId: "no-such-sandbox", pod, pid: process.pid, ownsNetwork: true };
  expect(await cgroupStats({ sandboxProcesses: async () => [sandbox] }, containers)).toEqual(
    new Map([["containerd://c", {}]]),
  );
});
