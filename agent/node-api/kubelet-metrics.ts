/** The kubelet's /metrics, as far as this agent knows them: itself, its pods, and the space left in claimed volumes. */
import { counter, type Family, gauge, histogram, type Line, renderFamilies } from "../../api/metrics/exposition.ts";
import type { RequestCounts } from "../control-plane/request-counts.ts";
import type { PodResourcesCount } from "../devices/pod-resources.ts";
import type { ClaimsInUse } from "../dra/pod-claims.ts";
import type { FaultCounts } from "../fault-counts.ts";
import { KUBELET_VERSION } from "../node/node-object.ts";
import type { PodCounts } from "../pod/pod-counts.ts";
import type { LifeCounts } from "../pod/status/life-counts.ts";
import type { Observation } from "../runtime/observation.ts";
import type { OperationCount } from "../runtime/operation-counts.ts";
import type { ShutdownTimes } from "../shutdown/node-shutdown.ts";
import type { StorageOperation } from "../volumes/storage-operations.ts";
import type { VolumeStats } from "../volumes/usage/volume-stats.ts";

export interface AgentProcess {
  readonly node: string;
  readonly startedAt: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

export interface KubeletState {
  readonly process: AgentProcess;
  readonly pods: PodCounts;
  /** Absent: the runtime does not answer. */
  readonly observation?: Observation;
  readonly lives: Pick<
    LifeCounts,
    "startedPods" | "startedContainers" | "terminations" | "podStarts" | "workerSeconds" | "evictions" | "storage"
  >;
  readonly shutdown: ShutdownTimes;
  readonly volumes: readonly VolumeStats[];
  readonly operations: readonly OperationCount[];
  readonly claims: ClaimsInUse;
  readonly podResources: readonly PodResourcesCount[];
  readonly faults: FaultCounts;
  readonly requests: Pick<RequestCounts, "host" | "all" | "seconds">;
}

/** Kubernetes' stability level of these metrics. */
const alpha = (family: Family): Family => ({ ...family, help: `[ALPHA] ${family.help}` });

const lifeFamilies = ({
  startedPods,
  startedContainers,
  terminations,
  podStarts,
  workerSeconds,
  evictions,
}: KubeletState["lives"]): Family[] => [
  histogram(
    "kubelet_pod_start_duration_seconds",
    "Duration in seconds from kubelet seeing a pod for the first time to the pod starting to run",
    [[{}, podStarts]],
  ),
  histogram(
    "kubelet_pod_worker_duration_seconds",
    "Duration in seconds to sync a single pod. Broken down by operation type: create, update, or sync",
    [...workerSeconds].map(([operation_type, seconds]) => [{ operation_type }, seconds]),
  ),
  counter(
    "kubelet_evictions",
    "Cumulative number of pod evictions by eviction signal",
    [...evictions].map(([eviction_signal, count]) => [{ eviction_signal }, count]),
  ),
  counter("kubelet_started_pods_total", "Cumulative number of pods started", [[{}, startedPods]]),
  counter(
    "kubelet_started_containers_total",
    "Cumulative number of containers started",
    [...startedContainers].map(([container_type, count]) => [{ container_type }, count]),
  ),
  counter(
    "kubelet_terminated_containers_total",
    "Cumulative number of container terminations.",
    terminations.map(({ type, exitCode, reason, count }) => [
      { container_type: type, exit_code: String(exitCode), reason },
      count,
    ]),
  ),
];

const runningFamilies = ({ containers, sandboxes }: Observation): Family[] => [
  gauge(
    "kubelet_running_containers",
    "Number of containers currently running",
    (["created", "exited", "running", "unknown"] as const).map((state) => [
      { container_state: state },
      containers.filter((container) => container.state === state).length,
    ]),
  ),
  gauge("kubelet_running_pods", "Number of pods that have a running pod sandbox", [
    [{}, new Set(sandboxes.filter(({ ready }) => ready).map(({ pod }) => pod.uid)).size],
  ]),
];

function podFamilies({ desired, active, mirrors, working }: PodCounts): Family[] {
  const bySource = (counts: PodCounts["desired"]): Line[] => [
    [{ static: "" }, counts.api],
    [{ static: "true" }, counts.static],
  ];
  return [
    gauge("kubelet_desired_pods", "Pods that this node is told to run, by whether they are static.", bySource(desired)),
    gauge("kubelet_active_pods", "Pods that count when others are admitted.", bySource(active)),
    gauge("kubelet_mirror_pods", "Mirror pods of static pods of this node.", [[{}, mirrors]]),
    gauge(
      "kubelet_working_pods",
      "Pods that this node works on, by their lifecycle, and by whether the API or a manifest still has them.",
      working.map(({ config, lifecycle, static: isStatic, count }) => [{ config, lifecycle, static: isStatic }, count]),
    ),
  ];
}

const storageFamily = (operations: readonly StorageOperation[]): Family =>
  histogram(
    "storage_operation_duration_seconds",
    "How long volumes took to be mounted and unmounted, by their kind.",
    operations.map(({ plugin, operation, status, seconds }) => [
      { migrated: "false", operation_name: operation, status, volume_plugin: plugin },
      seconds,
    ]),
  );

const shutdownFamilies = ({ start, end }: ShutdownTimes): Family[] => [
  gauge(
    "kubelet_graceful_shutdown_start_time_seconds",
    "When the machine's last shutdown began that pods were ended for, in seconds since the epoch.",
    [[{}, start]],
  ),
  gauge("kubelet_graceful_shutdown_end_time_seconds", "When that shutdown's pods had ended.", [[{}, end]]),
];

const operationFamilies = (operations: readonly OperationCount[]): Family[] => [
  counter(
    "kubelet_runtime_operations_total",
    "Cumulative number of runtime operations by operation type.",
    operations.map(({ operation, count }) => [{ operation_type: operation }, count]),
  ),
  counter(
    "kubelet_runtime_operations_errors_total",
    "Cumulative number of runtime operation errors by operation type.",
    operations.flatMap(({ operation, errors }): Line[] =>
      errors === 0 ? [] : [[{ operation_type: operation }, errors]],
    ),
  ),
  histogram(
    "kubelet_runtime_operations_duration_seconds",
    "Duration in seconds of runtime operations. Broken down by operation type.",
    operations.map(({ operation, seconds }) => [{ operation_type: operation }, seconds]),
  ),
];

const VOLUME_AMOUNTS = [
  ["kubelet_volume_stats_available_bytes", "Number of available bytes in the volume", "availableBytes"],
  ["kubelet_volume_stats_capacity_bytes", "Capacity in bytes of the volume", "capacityBytes"],
  ["kubelet_volume_stats_inodes", "Maximum number of inodes in the volume", "inodes"],
  ["kubelet_volume_stats_inodes_free", "Number of free inodes in the volume", "inodesFree"],
  ["kubelet_volume_stats_inodes_used", "Number of used inodes in the volume", "inodesUsed"],
  ["kubelet_volume_stats_used_bytes", "Number of used bytes in the volume", "usedBytes"],
] as const;

/** Each claim once, however many pods use it. */
function volumeFamilies(volumes: readonly VolumeStats[]): Family[] {
  const claimed = new Map(
    volumes.flatMap((volume) =>
      volume.pvcRef === undefined ? [] : [[`${volume.pvcRef.namespace}/${volume.pvcRef.name}`, volume] as const],
    ),
  );
  return VOLUME_AMOUNTS.map(([name, help, amount]) =>
    gauge(
      name,
      help,
      [...claimed.values()].flatMap(({ pvcRef, [amount]: value }): Line[] =>
        value === undefined || pvcRef === undefined
          ? []
          : [[{ namespace: pvcRef.namespace, persistentvolumeclaim: pvcRef.name }, value]],
      ),
    ),
  );
}

/** The kubelet's names for the methods of the pod resources API. */
const POD_RESOURCES = [
  ["List", "list"],
  ["GetAllocatableResources", "get_allocatable"],
  ["Get", "get"],
] as const;

function podResourcesFamilies(counts: readonly PodResourcesCount[]): Family[] {
  const ofVersion = ({ version }: PodResourcesCount) => ({ server_api_version: version });
  const totals = new Map<string, number>();
  for (const { version, requests } of counts) totals.set(version, (totals.get(version) ?? 0) + requests);
  return [
    counter(
      "kubelet_pod_resources_endpoint_requests_total",
      "Requests of the pod resources API, by its version.",
      [...totals].map(([server_api_version, requests]) => [{ server_api_version }, requests]),
    ),
    ...POD_RESOURCES.flatMap(([method, name]) => {
      const own = counts.filter((each) => each.method === method);
      return [
        counter(
          `kubelet_pod_resources_endpoint_requests_${name}`,
          `Requests of ${method} of the pod resources API, by its version.`,
          own.map((each) => [ofVersion(each), each.requests]),
        ),
        counter(
          `kubelet_pod_resources_endpoint_errors_${name}`,
          `Requests of ${method} of the pod resources API that failed, by its version.`,
          own.flatMap((each): Line[] => (each.errors === 0 ? [] : [[ofVersion(each), each.errors]])),
        ),
      ];
    }),
  ];
}

const requestFamilies = ({ host, all, seconds }: KubeletState["requests"]): Family[] => [
  histogram(
    "rest_client_request_duration_seconds",
    "How long requests of the API server took, by method and host.",
    [...seconds].map(([verb, histogram]) => [{ verb, host }, histogram]),
  ),
  counter(
    "rest_client_requests_total",
    "Requests of the API server, by status code, method and host.",
    all.map(({ method, code, count }) => [{ code, method, host }, count]),
  ),
];

/** The total has the kubelet's special name of a driver. */
const claimFamily = ({ total, byDriver }: ClaimsInUse): Family =>
  gauge(
    "dra_resource_claims_in_use",
    "ResourceClaims that pods of this node use, by driver; <any> for all drivers together.",
    [[{ driver_name: "<any>" }, total], ...[...byDriver].map(([driver_name, count]): Line => [{ driver_name }, count])],
  );

export function renderKubeletMetrics(state: KubeletState): string {
  const { process, pods, observation, lives, shutdown, volumes, operations, claims, podResources, faults, requests } =
    state;
  const { node, startedAt, cpuSeconds, residentBytes } = process;
  const [major = "", minor = ""] = KUBELET_VERSION.slice(1).split(".");
  const ofPods = [
    gauge("kubelet_node_name", "The node's name. The count is always 1.", [[{ node }, 1]]),
    ...(observation === undefined ? [] : runningFamilies(observation)),
    ...podFamilies(pods),
    ...lifeFamilies(lives),
    ...shutdownFamilies(shutdown),
    storageFamily(lives.storage.all),
    ...operationFamilies(operations),
    ...volumeFamilies(volumes),
    claimFamily(claims),
    ...requestFamilies(requests),
    ...podResourcesFamilies(podResources),
    gauge("kubernetes_build_info", "The version that this node's answers are of.", [
      [{ git_version: KUBELET_VERSION, major, minor, platform: "linux" }, 1],
    ]),
  ];
  const ofProcess = [
    counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", [[{}, cpuSeconds]]),
    gauge("process_resident_memory_bytes", "Resident memory size in bytes.", [[{}, residentBytes]]),
    gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", [
      [{}, startedAt / 1000],
    ]),
  ];
  const ofFaults = counter(
    "sailplane_agent_faults_total",
    "Errors that nothing expected, by whether the agent went on.",
    [
      [{ outcome: "contained" }, faults.contained],
      [{ outcome: "restarted" }, faults.restarts],
    ],
  );
  return renderFamilies([...ofPods.map(alpha), ...ofProcess, ofFaults]);
}
