/**
 * The kubelet's /metrics/cadvisor, as far as this agent measures it: the machine, CPU, memory and disk of containers,
 * and the network of pods.
 */
import type { Pod } from "../../api/generated/core.v1.ts";
import { counter, type Family, gauge, type Line, renderFamilies } from "../../api/metrics/exposition.ts";
import type { CgroupStats } from "../usage/cgroup-stats.ts";
import type { InterfaceCounters } from "../usage/network-counters.ts";
import type { PodTraffic } from "../usage/pod-traffic.ts";
import type { Sample } from "../usage/usage-meter.ts";
import { networkFamilies } from "./network-metrics.ts";

export interface MachineSize {
  readonly cpus: number;
  readonly memoryBytes: number;
}

export interface Machine extends MachineSize {
  /** By container id. */
  readonly cgroups: ReadonlyMap<string, CgroupStats>;
  readonly traffic: { readonly pods: readonly PodTraffic[]; readonly machine: readonly InterfaceCounters[] };
}

type Container = Sample["containers"][number];

const NANO = 1e-9;

export function renderCadvisorMetrics(
  pods: readonly Pod[],
  { at, containers }: Sample,
  { cpus, memoryBytes, cgroups, traffic }: Machine,
): string {
  const known = new Map(
    pods.flatMap(({ status }) =>
      [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].map(
        (each) => [each.containerID ?? "", each] as const,
      ),
    ),
  );
  const labelsOf = ({ id, name, pod }: Container) => ({
    container: name,
    id: `/kubepods/pod${pod.uid}/${id.split("://")[1] ?? id}`,
    image: known.get(id)?.image ?? "",
    name: id.split("://")[1] ?? id,
    namespace: pod.namespace,
    pod: pod.name,
  });
  const each = (value: (container: Container) => number | undefined): Line[] =>
    containers.flatMap((container) => {
      const amount = value(container);
      return amount === undefined || Number.isNaN(amount) ? [] : [[labelsOf(container), amount] as const];
    });
  const throttlingOf = ({ id }: Container) => cgroups.get(id)?.throttling;
  const memoryOf = ({ id }: Container) => cgroups.get(id)?.memory;
  const ofContainers: Family[] = [
    counter(
      "container_cpu_cfs_periods_total",
      "Number of elapsed enforcement period intervals.",
      each((container) => throttlingOf(container)?.periods),
    ),
    counter(
      "container_cpu_cfs_throttled_periods_total",
      "Number of throttled period intervals.",
      each((container) => throttlingOf(container)?.throttled),
    ),
    counter(
      "container_cpu_cfs_throttled_seconds_total",
      "Total time duration the container has been throttled.",
      each((container) => throttlingOf(container)?.throttledSeconds),
    ),
    {
      name: "container_cpu_usage_seconds_total",
      help: "Cumulative cpu time consumed in seconds.",
      type: "counter",
      lines: containers.map((container) => [{ ...labelsOf(container), cpu: "total" }, container.cpuNanoseconds * NANO]),
    },
    gauge(
      "container_fs_usage_bytes",
      "Number of bytes that are consumed by the container on this filesystem.",
      each(({ diskBytes }) => diskBytes),
    ),
    gauge(
      "container_last_seen",
      "Last time a container was seen by the exporter",
      each(() => Math.floor(at / 1000)),
    ),
    {
      name: "container_memory_failures_total",
      help: "Cumulative count of memory allocation failures.",
      type: "counter",
      lines: containers.flatMap((container) =>
        (["pgfault", "pgmajfault"] as const).flatMap((failure_type): Line[] => {
          const count = container.pageFaults?.[failure_type === "pgfault" ? "all" : "major"];
          const labels = { ...labelsOf(container), failure_type, scope: "container" };
          return count === undefined ? [] : [[labels, count]];
        }),
      ),
    },
    gauge(
      "container_memory_cache",
      "Number of bytes of page cache memory.",
      each((container) => memoryOf(container)?.cacheBytes),
    ),
    gauge(
      "container_memory_mapped_file",
      "Size of memory mapped files in bytes.",
      each((container) => memoryOf(container)?.mappedBytes),
    ),
    gauge(
      "container_memory_swap",
      "Container swap usage in bytes.",
      each((container) => memoryOf(container)?.swapBytes),
    ),
    gauge(
      "container_memory_rss",
      "Size of RSS in bytes.",
      each(({ memoryResidentBytes }) => memoryResidentBytes),
    ),
    gauge(
      "container_memory_usage_bytes",
      "Current memory usage in bytes, including all memory regardless of when it was accessed",
      each(({ memoryBytes }) => memoryBytes),
    ),
    gauge(
      "container_memory_working_set_bytes",
      "Current working set in bytes.",
      each(({ memoryWorkingSetBytes }) => memoryWorkingSetBytes),
    ),
    gauge(
      "container_start_time_seconds",
      "Start time of the container since unix epoch in seconds.",
      each(({ id }) => Date.parse(known.get(id)?.state?.running?.startedAt ?? "") / 1000),
    ),
  ];
  const ofMachine: Family[] = [
    gauge("machine_cpu_cores", "Number of logical CPU cores.", [[{}, cpus]]),
    gauge("machine_memory_bytes", "Amount of memory installed on the machine.", [[{}, memoryBytes]]),
    gauge("machine_scrape_error", "1 if there was an error while getting machine metrics, 0 otherwise.", [[{}, 0]]),
  ];
  const ofNetworks = networkFamilies(traffic.pods, traffic.machine);
  return renderFamilies([...ofContainers, ...ofNetworks], at) + renderFamilies(ofMachine);
}
