import { expect, test } from "vitest";
import { blockDevice, parseBlkio, parseIoStat } from "./block-io.ts";
import {
  cgroupDirectory,
  cgroupStats,
  parseMemory,
  parseMemoryEvents,
  parseProcesses,
  parseThrottling,
} from "./cgroup-stats.ts";

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

test.each([
  ["oom_kill_disable 0\nunder_oom 0\noom_kill 2\n", "7\n", { oomKills: 2, peakBytes: 7 }],
  ["low 0\nhigh 0\nmax 9\noom 3\noom_kill 2\noom_group_kill 0\n", "7\n", { oomKills: 2, peakBytes: 7 }],
  ["", "", {}],
])("AGENT-CGROUP-STATS: memory events %j and the peak %j are %j", (events, peak, expected) => {
  expect(parseMemoryEvents(events, peak)).toEqual(expected);
});

test("AGENT-CGROUP-STATS: processes and threads are counted", () => {
  expect(parseProcesses("1\n22\n", "5\n")).toEqual({ processes: 2, threads: 5 });
  expect(parseProcesses("", "")).toEqual({});
});

test("AGENT-CGROUP-STATS: reads and writes of devices are the same with either version of cgroups", () => {
  const io = [
    { device: "8:0", readBytes: 10, writtenBytes: 20, reads: 1, writes: 2 },
    { device: "253:1", readBytes: 0, writtenBytes: 5, reads: 0, writes: 1 },
  ];
  const v2 = "8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n253:1 rbytes=0 wbytes=5 rios=0 wios=1\n";
  expect(parseIoStat(v2)).toEqual(io);
  const bytes = "8:0 Read 10\n8:0 Write 20\n8:0 Sync 0\n8:0 Total 30\n253:1 Write 5\nTotal 35\n";
  expect(parseBlkio(bytes, "8:0 Read 1\n8:0 Write 2\n253:1 Write 1\nTotal 4\n")).toEqual(io);
  expect(parseBlkio("Total 0\n", "Total 0\n")).toEqual([]);
  expect(blockDevice("999:999")).toBe("999:999");
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
