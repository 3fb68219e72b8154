/** The sources of a node's answers about itself. */
import { uptime } from "node:os";
import { join } from "node:path";
import type { AgentOptions } from "../agent-options.ts";
import type { RequestCounts } from "../control-plane/request-counts.ts";
import type { FaultCounts } from "../fault-counts.ts";
import { podCounts } from "../pod/pod-counts.ts";
import type { PodWorkers } from "../pod/pod-workers.ts";
import type { LifeCounts } from "../pod/status/life-counts.ts";
import type { ProbeCounts } from "../probes/probe-counts.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { cgroupStats } from "../usage/cgroup-stats.ts";
import { machineTraffic, podTraffic } from "../usage/pod-traffic.ts";
import { UsageMeter } from "../usage/usage-meter.ts";
import type { VendorDrivers } from "../vendor-drivers.ts";
import type { LocalVolumes } from "../volumes/local/local-volumes.ts";
import type { MachineSize } from "./cadvisor-metrics.ts";
import type { NodeApiFacts } from "./facts.ts";

export interface NodeApiSources {
  readonly options: Pick<AgentOptions, "nodeName" | "dataDirectory" | "settings">;
  readonly machine: MachineSize;
  readonly runtime: Runtime;
  readonly workers: PodWorkers;
  readonly imageDirectory: () => string | undefined;
  readonly clusterDns: () => readonly string[];
  readonly clusterDomain: string;
  readonly probes: ProbeCounts;
  readonly lives: LifeCounts;
  readonly shutdown: NodeApiFacts["shutdown"];
  readonly localVolumes: LocalVolumes | undefined;
  readonly drivers: Pick<VendorDrivers, "claims" | "podResourcesCounts">;
  readonly faults: FaultCounts;
  readonly requests: RequestCounts;
}

export function nodeApiFacts(sources: NodeApiSources): NodeApiFacts {
  const { options, machine, runtime, workers, imageDirectory, clusterDns, clusterDomain } = sources;
  const { probes, lives, shutdown, localVolumes, drivers, faults, requests } = sources;
  const { nodeName: node, dataDirectory, settings } = options;
  const startedAt = Date.now();
  return {
    node,
    bootedAt: startedAt - uptime() * 1000,
    startedAt,
    machine,
    dataDirectory,
    settings,
    configuration: () => ({
      eviction: settings,
      shutdown: settings,
      systemReserved: settings.systemReserved ?? {},
      seccompDefault: settings.seccompDefault ?? false,
      podMaxPids: settings.podMaxPids ?? -1,
      clusterDomain,
      clusterDns: clusterDns(),
      staticPodPath: join(dataDirectory, "manifests"),
      podLogsDirectory: settings.podLogsDir ?? join(dataDirectory, "logs"),
      cgroupDriver: runtime.cgroupDriver,
      port: settings.kubeletPort,
    }),
    pods: () => workers.pods,
    podCounts: () => podCounts(workers.all.map(({ state }) => state)),
    observe: () => runtime.observe(),
    storageOf: async (uid) => {
      const worker = workers.get(uid);
      return worker && { volumes: await worker.volumeStats(), logDirectory: worker.directories.logDirectory };
    },
    claimedBy: async (uid) => workers.get(uid)?.volumeStats({ onlyClaimed: true }) ?? [],
    cgroups: (containers) => cgroupStats(runtime, containers),
    traffic: { machine: machineTraffic, pods: () => podTraffic(runtime) },
    imageDirectory,
    meter: new UsageMeter(node, runtime),
    operations: () => runtime.operations?.() ?? [],
    probes,
    lives,
    shutdown,
    claimsInUse: () => drivers.claims.inUse,
    podResources: () => drivers.podResourcesCounts,
    faults,
    requests,
    localVolumes,
  };
}
