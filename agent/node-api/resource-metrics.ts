/** The kubelet's /metrics/resource: what containers, pods and the node have used, for Prometheus. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { Sample } from "../usage/usage-meter.ts";

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly lines: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];
}

const NANO = 1e-9;

const render = ({ name, help, type, lines }: Family, at: number): string =>
  [
    `# HELP ${name} [STABLE] ${help}`,
    `# TYPE ${name} ${type}`,
    ...lines.map(([labels, value]) => {
      const pairs = Object.entries(labels).map(([key, text]) => `${key}=${JSON.stringify(text)}`);
      return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value} ${at}`;
    }),
    "",
  ].join("\n");

export function renderResourceMetrics(pods: readonly Pod[], { at, machine, containers }: Sample): string {
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
  const byPod = (value: (container: (typeof containers)[number]) => number) => {
    const sums = new Map<string, readonly [Record<string, string>, number]>();
    for (const container of containers) {
      const { namespace, name, uid } = container.pod;
      sums.set(uid, [{ namespace, pod: name }, (sums.get(uid)?.[1] ?? 0) + value(container)]);
    }
    return [...sums.values()];
  };
  const seconds = ({ cpuNanoseconds }: { readonly cpuNanoseconds: number }) => cpuNanoseconds * NANO;
  const memory = ({ memoryWorkingSetBytes }: (typeof containers)[number]) => memoryWorkingSetBytes;
  const families: Family[] = [
    {
      name: "container_cpu_usage_seconds_total",
      help: "Cumulative cpu time consumed by the container in core-seconds",
      type: "counter",
      lines: byContainer(seconds),
    },
    {
      name: "container_memory_working_set_bytes",
      help: "Current working set of the container in bytes",
      type: "gauge",
      lines: byContainer(memory),
    },
    {
      name: "container_start_time_seconds",
      help: "Start time of the container since unix epoch in seconds",
      type: "gauge",
      lines: byContainer(({ id }) => startOf.get(id)),
    },
    {
      name: "node_cpu_usage_seconds_total",
      help: "Cumulative cpu time consumed by the node in core-seconds",
      type: "counter",
      lines: [[{}, seconds(machine)]],
    },
    {
      name: "node_memory_working_set_bytes",
      help: "Current working set of the node in bytes",
      type: "gauge",
      lines: [[{}, machine.memoryBytes]],
    },
    {
      name: "pod_cpu_usage_seconds_total",
      help: "Cumulative cpu time consumed by the pod in core-seconds",
      type: "counter",
      lines: byPod(seconds),
    },
    {
      name: "pod_memory_working_set_bytes",
      help: "Current working set of the pod in bytes",
      type: "gauge",
      lines: byPod(memory),
    },
  ];
  const failed = [
    "# HELP resource_scrape_error [STABLE] 1 if there was an error while getting container metrics, 0 otherwise",
    "# TYPE resource_scrape_error gauge",
    "resource_scrape_error 0",
    "",
  ].join("\n");
  return families.map((family) => render(family, at)).join("") + failed;
}
