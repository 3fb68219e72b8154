/** The kubelet's /metrics/resource: resource usage of containers, pods and the node, for Prometheus. */
import type { Pod } from "../../api/generated/core.v1.ts";
import { type Family, renderFamilies } from "../../api/metrics/exposition.ts";
import type { CgroupStats } from "../usage/cgroup-stats.ts";
import type { Sample } from "../usage/usage-meter.ts";

const NANO = 1e-9;

export function renderResourceMetrics(
  pods: readonly Pod[],
  { at, machine, containers }: Sample,
  cgroups: ReadonlyMap<string, Pick<CgroupStats, "memory">>,
): string {
  const startOf = new Map(
    pods.flatMap(({ status }) =>
      [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].map(
        ({ containerID, state }) => [containerID ?? "", Date.parse(state?.running?.startedAt ?? "") / 1000] as const,
      ),
    ),
  );
  const byContainer = (value: (container: (typeof containers)[number]) => number | undefined) =>
    containers.flatMap((container) => {
      const { name, pod } = container;
      const labels = { container: name, namespace: pod.namespace, pod: pod.name };
      const amount = value(container);
      return amount === undefined || Number.isNaN(amount) ? [] : [[labels, amount] as const];
    });
  /** Without the pods of which no container has a value. */
  const byPod = (value: (container: (typeof containers)[number]) => number | undefined) => {
    const sums = new Map<string, readonly [Record<string, string>, number]>();
    for (const container of containers) {
      const { namespace, name, uid } = container.pod;
      const amount = value(container);
      if (amount !== undefined) sums.set(uid, [{ namespace, pod: name }, (sums.get(uid)?.[1] ?? 0) + amount]);
    }
    return [...sums.values()];
  };
  const seconds = ({ cpuNanoseconds }: { readonly cpuNanoseconds: number }) => cpuNanoseconds * NANO;
  const memory = ({ memoryWorkingSetBytes }: (typeof containers)[number]) => memoryWorkingSetBytes;
  const swap = ({ id }: (typeof containers)[number]) => cgroups.get(id)?.memory?.swapBytes;
  const families: Family[] = [
    {
      name: "container_cpu_usage_seconds_total",
      help: "[STABLE] Cumulative cpu time consumed by the container in core-seconds",
      type: "counter",
      lines: byContainer(seconds),
    },
    {
      name: "container_memory_working_set_bytes",
      help: "[STABLE] Current working set of the container in bytes",
      type: "gauge",
      lines: byContainer(memory),
    },
    {
      name: "container_start_time_seconds",
      help: "[STABLE] Start time of the container since unix epoch in seconds",
      type: "gauge",
      lines: byContainer(({ id }) => startOf.get(id)),
    },
    {
      name: "container_swap_usage_bytes",
      help: "[ALPHA] Current amount of the container swap usage in bytes. Reported only on non-windows systems",
      type: "gauge",
      lines: byContainer(swap),
    },
    {
      name: "node_cpu_usage_seconds_total",
      help: "[STABLE] Cumulative cpu time consumed by the node in core-seconds",
      type: "counter",
      lines: [[{}, seconds(machine)]],
    },
    {
      name: "node_memory_working_set_bytes",
      help: "[STABLE] Current working set of the node in bytes",
      type: "gauge",
      lines: [[{}, machine.memoryBytes]],
    },
    {
      name: "node_swap_usage_bytes",
      help: "[ALPHA] Current swap usage of the node in bytes. Reported only on non-windows systems",
      type: "gauge",
      lines: machine.swapBytes === undefined ? [] : [[{}, machine.swapBytes]],
    },
    {
      name: "pod_cpu_usage_seconds_total",
      help: "[STABLE] Cumulative cpu time consumed by the pod in core-seconds",
      type: "counter",
      lines: byPod(seconds),
    },
    {
      name: "pod_memory_working_set_bytes",
      help: "[STABLE] Current working set of the pod in bytes",
      type: "gauge",
      lines: byPod(memory),
    },
    {
      name: "pod_swap_usage_bytes",
      help: "[ALPHA] Current amount of the pod swap usage in bytes. Reported only on non-windows systems",
      type: "gauge",
      lines: byPod(swap),
    },
  ];
  return renderFamilies(families, at) + renderScrapeError(0);
}

/** Whether the containers could not be measured. */
export function renderScrapeError(failed: 0 | 1): string {
  const help = "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise";
  return renderFamilies([{ name: "resource_scrape_error", help, type: "gauge", lines: [[{}, failed]] }]);
}
