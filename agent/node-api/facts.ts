/** What a node needs for answering questions about itself. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { NodeSettings } from "../../api/node/node-settings.ts";
import type { NodeUsage } from "../../api/node/node-usage.ts";
import type { PodResourcesCount } from "../devices/pod-resources.ts";
import type { ClaimsInUse } from "../dra/pod-claims.ts";
import type { FaultCounts } from "../fault-counts.ts";
import type { PodCounts } from "../pod/pod-counts.ts";
import type { ProbeCounts } from "../probes/probe-counts.ts";
import type { Observation } from "../runtime/observation.ts";
import type { OperationCount } from "../runtime/operation-counts.ts";
import type { ShutdownTimes } from "../shutdown/node-shutdown.ts";
import type { CgroupStats } from "../usage/cgroup-stats.ts";
import type { InterfaceCounters } from "../usage/network-counters.ts";
import type { PodTraffic } from "../usage/pod-traffic.ts";
import type { Sample, UsageMeter } from "../usage/usage-meter.ts";
import type { LocalVolumes } from "../volumes/local/local-volumes.ts";
import type { VolumeStats } from "../volumes/usage/volume-stats.ts";
import type { MachineSize } from "./cadvisor-metrics.ts";
import type { NodeConfiguration } from "./configz.ts";
import type { KubeletState } from "./kubelet-metrics.ts";

export interface NodeApiFacts {
  readonly node: string;
  readonly bootedAt: number;
  readonly startedAt: number;
  readonly machine: MachineSize;
  readonly dataDirectory: string;
  /** As given by whoever started the node, and nothing else. */
  readonly settings: NodeSettings;
  readonly configuration: () => NodeConfiguration;
  /** With the agent's status of each. */
  readonly pods: () => readonly Pod[];
  readonly podCounts: () => PodCounts;
  /** What the runtime is running. */
  readonly observe: () => Promise<Observation>;
  /** What the pod of that uid stores on the node's disks; undefined: it is not here. */
  readonly storageOf: (uid: string) => Promise<PodStorage | undefined>;
  /** Only the volumes of its claims: the others would have to be measured file by file. */
  readonly claimedBy: (uid: string) => Promise<readonly VolumeStats[]>;
  readonly cgroups: (containers: Sample["containers"]) => Promise<ReadonlyMap<string, CgroupStats>>;
  readonly traffic: {
    readonly machine: () => readonly InterfaceCounters[];
    readonly pods: () => Promise<readonly PodTraffic[]>;
  };
  readonly imageDirectory: () => string | undefined;
  readonly meter: Pick<UsageMeter, "read" | "sample">;
  /** Undefined: this node offers none. */
  readonly localVolumes: LocalVolumes | undefined;
  readonly operations: () => readonly OperationCount[];
  readonly probes: Pick<ProbeCounts, "all" | "durations">;
  readonly lives: KubeletState["lives"];
  readonly shutdown: () => ShutdownTimes;
  readonly claimsInUse: () => ClaimsInUse;
  readonly podResources: () => readonly PodResourcesCount[];
  readonly faults: FaultCounts;
  readonly requests: KubeletState["requests"];
}

export interface PodStorage {
  readonly volumes: readonly VolumeStats[];
  readonly logDirectory: string;
}

export interface Measured {
  readonly sample: Sample;
  readonly usage: NodeUsage;
}
