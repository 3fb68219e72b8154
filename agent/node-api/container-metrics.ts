/** cadvisor's metric families of containers, and of the machine as the container `/`. */
import type { Pod } from "../../api/generated/core.v1.ts";
import { counter, type Family, gauge, type Line } from "../../api/metrics/exposition.ts";
import { allContainersOf } from "../pod-spec/containers.ts";
import { containerResources } from "../pod-spec/resources.ts";
import type { ContainerResources } from "../runtime/container.ts";
import type { ContainerUsage } from "../runtime/usage.ts";
import { type BlockIo, blockDevice } from "../usage/block-io.ts";
import type { CgroupStats } from "../usage/cgroup-stats.ts";
import type { MachineSample } from "../usage/machine-usage.ts";
import type { Sample } from "../usage/usage-meter.ts";

type Labels = Readonly<Record<"container" | "id" | "image" | "name" | "namespace" | "pod", string>>;

export interface MeasuredContainer {
  readonly labels: Labels;
  /** When it was measured, and when it started (s). */
  readonly at: number;
  readonly startedAt: number | undefined;
  readonly usage: ContainerUsage;
  readonly cgroup: CgroupStats;
  /** Absent if its pod is no longer known. */
  readonly limits: ContainerResources | undefined;
}

type Value = (container: MeasuredContainer) => number | undefined;
/** The name without `container_`. */
type Row = readonly [name: string, help: string, value: Value];

const NANO = 1e-9;
const MACHINE: Labels = { container: "", id: "/", image: "", name: "", namespace: "", pod: "" };

const COUNTERS: readonly Row[] = [
  ["cpu_cfs_periods_total", "Elapsed enforcement periods.", ({ cgroup }) => cgroup.throttling?.periods],
  ["cpu_cfs_throttled_periods_total", "Throttled periods.", ({ cgroup }) => cgroup.throttling?.throttled],
  ["cpu_cfs_throttled_seconds_total", "Time throttled.", ({ cgroup }) => cgroup.throttling?.throttledSeconds],
  ["oom_events_total", "Processes that the kernel killed for want of memory.", ({ cgroup }) => cgroup.oomKills],
];

const GAUGES: readonly Row[] = [
  ["fs_usage_bytes", "Bytes that the container uses of this filesystem.", ({ usage }) => usage.diskBytes],
  ["last_seen", "When the container was last seen.", ({ at }) => at],
  ["memory_cache", "Bytes of page cache.", ({ cgroup }) => cgroup.memory?.cacheBytes],
  ["memory_mapped_file", "Bytes of mapped files.", ({ cgroup }) => cgroup.memory?.mappedBytes],
  ["memory_max_usage_bytes", "The most memory that was ever in use.", ({ cgroup }) => cgroup.peakBytes],
  ["memory_rss", "Bytes of anonymous memory.", ({ usage }) => usage.memoryResidentBytes],
  ["memory_swap", "Bytes of swap.", ({ cgroup }) => cgroup.memory?.swapBytes],
  ["memory_usage_bytes", "Bytes of memory, including all caches.", ({ usage }) => usage.memoryBytes],
  ["processes", "Processes in the container.", ({ cgroup }) => cgroup.processes],
  ["spec_cpu_period", "CPU period in µs.", ({ limits }) => limits?.cpuPeriod],
  ["spec_cpu_quota", "CPU quota in µs; only with a limit.", ({ limits }) => limits?.cpuQuota || undefined],
  ["spec_cpu_shares", "CPU shares.", ({ limits }) => limits?.cpuShares],
  ["spec_memory_limit_bytes", "Memory limit; 0: none.", ({ limits }) => limits?.memoryLimit],
  ["spec_memory_reservation_limit_bytes", "Always 0, as of a kubelet's containers.", ({ limits }) => limits && 0],
  ["spec_memory_swap_limit_bytes", "Always 0, as of a kubelet's containers.", ({ limits }) => limits && 0],
  ["start_time_seconds", "When the container started, since 1970.", ({ startedAt }) => startedAt],
  ["threads", "Threads in the container.", ({ cgroup }) => cgroup.threads],
];

const IO: readonly (readonly [name: string, help: string, of: Exclude<keyof BlockIo, "device">])[] = [
  ["fs_reads_bytes_total", "Bytes read from a device.", "readBytes"],
  ["fs_reads_total", "Reads from a device.", "reads"],
  ["fs_writes_bytes_total", "Bytes written to a device.", "writtenBytes"],
  ["fs_writes_total", "Writes to a device.", "writes"],
];

export function measuredContainers(
  pods: readonly Pod[],
  { at, containers }: Sample,
  { cgroups, memoryBytes }: { readonly cgroups: ReadonlyMap<string, CgroupStats>; readonly memoryBytes: number },
): readonly MeasuredContainer[] {
  const byUid = new Map(pods.map((pod) => [pod.metadata.uid, pod]));
  return containers.map((usage) => {
    const { id, name, pod } = usage;
    const known = byUid.get(pod.uid);
    const { initContainerStatuses = [], containerStatuses = [] } = known?.status ?? {};
    const status = [...initContainerStatuses, ...containerStatuses].find(({ containerID }) => containerID === id);
    const container = known && allContainersOf(known).find((each) => each.container.name === name)?.container;
    const startedAt = Date.parse(status?.state?.running?.startedAt ?? "") / 1000;
    const runtimeId = id.split("://")[1] ?? id;
    return {
      labels: {
        container: name,
        id: `/kubepods/pod${pod.uid}/${runtimeId}`,
        image: status?.image ?? "",
        name: runtimeId,
        namespace: pod.namespace,
        pod: pod.name,
      },
      at: Math.floor(at / 1000),
      startedAt: Number.isNaN(startedAt) ? undefined : startedAt,
      usage,
      cgroup: cgroups.get(id) ?? {},
      limits: known && container && containerResources(known, container, memoryBytes),
    };
  });
}

export function containerFamilies(containers: readonly MeasuredContainer[], machine: MachineSample): readonly Family[] {
  const lines = (value: Value): Line[] =>
    containers.flatMap((container): Line[] => {
      const amount = value(container);
      return amount === undefined ? [] : [[container.labels, amount]];
    });
  return [
    ...COUNTERS.map(([name, help, value]) => counter(`container_${name}`, help, lines(value))),
    counter("container_cpu_usage_seconds_total", "CPU time consumed.", [
      [{ ...MACHINE, cpu: "total" }, machine.cpuNanoseconds * NANO],
      ...containers.map(({ labels, usage }): Line => [{ ...labels, cpu: "total" }, usage.cpuNanoseconds * NANO]),
    ]),
    gauge("container_memory_working_set_bytes", "Bytes of memory that cannot be reclaimed.", [
      [MACHINE, machine.memoryBytes],
      ...lines(({ usage }) => usage.memoryWorkingSetBytes),
    ]),
    counter("container_memory_failures_total", "Page faults.", containers.flatMap(pageFaults)),
    ...GAUGES.map(([name, help, value]) => gauge(`container_${name}`, help, lines(value))),
    ...IO.map(([name, help, of]) =>
      counter(
        `container_${name}`,
        help,
        containers.flatMap(({ labels, cgroup }) =>
          (cgroup.io ?? []).map((io): Line => [{ ...labels, device: blockDevice(io.device) }, io[of]]),
        ),
      ),
    ),
  ];
}

function pageFaults({ labels, usage }: MeasuredContainer): Line[] {
  if (usage.pageFaults === undefined) return [];
  const { all, major } = usage.pageFaults;
  return [
    [{ ...labels, failure_type: "pgfault", scope: "container" }, all],
    [{ ...labels, failure_type: "pgmajfault", scope: "container" }, major],
  ];
}
