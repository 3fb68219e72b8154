/** The kubelet's /metrics/resource: resource usage of containers, pods and the node, for Prometheus. */
import type { Pod } from "../../api/generated/core.v1.ts";
import { counter, type Family, gauge, renderFamilies } from "../../api/metrics/exposition.ts";
import type { CgroupStats } from "../usage/cgroup-stats.ts";
import type { Sample } from "../usage/usage-meter.ts";

const NANO = 1e-9;

type Container = Sample["containers"][number];
type Reading = (container: Container) => number | undefined;

const seconds = ({ cpuNanoseconds }: { readonly cpuNanoseconds: number }): number => cpuNanoseconds * NANO;
const memory = ({ memoryWorkingSetBytes }: Container): number | undefined => memoryWorkingSetBytes;

/** When the running containers have started (s since 1970; NaN if they do not run), by their id. */
const startsOf = (pods: readonly Pod[]): ReadonlyMap<string, number> =>
  new Map(
    pods.flatMap(({ status }) =>
      [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].map(
        ({ containerID, state }) => [containerID ?? "", Date.parse(state?.running?.startedAt ?? "") / 1000] as const,
      ),
    ),
  );

const byContainer = (containers: readonly Container[], reading: Reading): Family["lines"] =>
  containers.flatMap((container) => {
    const { name, pod } = container;
    const labels = { container: name, namespace: pod.namespace, pod: pod.name };
    const value = reading(container);
    return value === undefined || Number.isNaN(value) ? [] : [[labels, value] as const];
  });

/** Without the pods of which no container has a value. */
function byPod(containers: readonly Container[], reading: Reading): Family["lines"] {
  const sums = new Map<string, readonly [Record<string, string>, number]>();
  for (const container of containers) {
    const { namespace, name, uid } = container.pod;
    const value = reading(container);
    if (value !== undefined) sums.set(uid, [{ namespace, pod: name }, (sums.get(uid)?.[1] ?? 0) + value]);
  }
  return [...sums.values()];
}

export function renderResourceMetrics(
  pods: readonly Pod[],
  { at, machine, containers }: Sample,
  cgroups: ReadonlyMap<string, Pick<CgroupStats, "memory">>,
): string {
  const starts = startsOf(pods);
  const swap: Reading = ({ id }) => cgroups.get(id)?.memory?.swapBytes;
  const families: Family[] = [
    counter(
      "container_cpu_usage_seconds_total",
      "[STABLE] Cumulative cpu time consumed by the container in core-seconds",
      byContainer(containers, seconds),
    ),
    gauge(
      "container_memory_working_set_bytes",
      "[STABLE] Current working set of the container in bytes",
      byContainer(containers, memory),
    ),
    gauge(
      "container_start_time_seconds",
      "[STABLE] Start time of the container since unix epoch in seconds",
      byContainer(containers, ({ id }) => starts.get(id)),
    ),
    gauge(
      "container_swap_usage_bytes",
      "[ALPHA] Current amount of the container swap usage in bytes. Reported only on non-windows systems",
      byContainer(containers, swap),
    ),
    counter("node_cpu_usage_seconds_total", "[STABLE] Cumulative cpu time consumed by the node in core-seconds", [
      [{}, seconds(machine)],
    ]),
    gauge("node_memory_working_set_bytes", "[STABLE] Current working set of the node in bytes", [
      [{}, machine.memoryBytes],
    ]),
    gauge(
      "node_swap_usage_bytes",
      "[ALPHA] Current swap usage of the node in bytes. Reported only on non-windows systems",
      machine.swapBytes === undefined ? [] : [[{}, machine.swapBytes]],
    ),
    counter(
      "pod_cpu_usage_seconds_total",
      "[STABLE] Cumulative cpu time consumed by the pod in core-seconds",
      byPod(containers, seconds),
    ),
    gauge(
      "pod_memory_working_set_bytes",
      "[STABLE] Current working set of the pod in bytes",
      byPod(containers, memory),
    ),
    gauge(
      "pod_swap_usage_bytes",
      "[ALPHA] Current amount of the pod swap usage in bytes. Reported only on non-windows systems",
      byPod(containers, swap),
    ),
  ];
  return renderFamilies(families, at) + renderScrapeError(0);
}

/** Whether the containers could not be measured. */
export function renderScrapeError(failed: 0 | 1): string {
  const help = "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise";
  return renderFamilies([gauge("resource_scrape_error", help, [[{}, failed]])]);
}
