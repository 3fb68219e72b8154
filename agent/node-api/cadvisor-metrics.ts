/**
 * The kubelet's /metrics/cadvisor, as far as this agent measures it: the machine, its containers and the network of
 * pods.
 */
import type { Pod } from "../../api/generated/core.v1.ts";
import { gauge, renderFamilies } from "../../api/metrics/exposition.ts";
import type { CgroupStats } from "../usage/cgroup-stats.ts";
import type { InterfaceCounters } from "../usage/network-counters.ts";
import type { PodTraffic } from "../usage/pod-traffic.ts";
import type { Sample } from "../usage/usage-meter.ts";
import { containerFamilies, measuredContainers } from "./container-metrics.ts";
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

export function renderCadvisorMetrics(
  pods: readonly Pod[],
  sample: Sample,
  { cpus, memoryBytes, cgroups, traffic }: Machine,
): string {
  const containers = measuredContainers(pods, sample, { cgroups, memoryBytes });
  const ofContainers = containerFamilies(containers, sample.machine);
  const ofNetworks = networkFamilies(traffic.pods, traffic.machine);
  const ofMachine = [
    gauge("machine_cpu_cores", "Number of logical CPU cores.", [[{}, cpus]]),
    gauge("machine_memory_bytes", "Amount of memory installed on the machine.", [[{}, memoryBytes]]),
    gauge("machine_scrape_error", "1 if there was an error while getting machine metrics, 0 otherwise.", [[{}, 0]]),
  ];
  return renderFamilies([...ofContainers, ...ofNetworks], sample.at) + renderFamilies(ofMachine);
}
