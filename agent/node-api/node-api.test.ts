import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { podCounts } from "../pod/pod-counts.ts";
import { LifeCounts } from "../pod/status/life-counts.ts";
import { ProbeCounts } from "../probes/probe-counts.ts";
import type { ContainerObservation, Observation } from "../runtime/observation.ts";
import { OperationCounts } from "../runtime/operation-counts.ts";
import type { Sample } from "../usage/usage-meter.ts";
import type { NodeApiFacts } from "./facts.ts";
import { serveNodeApi } from "./node-api.ts";

const identity = { namespace: "ns", name: "p", uid: "u" };
const id = "containerd://abc";
const pod: Pod = {
  metadata: identity,
  spec: {
    containers: [{ name: "c", resources: { limits: { cpu: "500m", memory: "1Ki" } } }],
    volumes: [{ name: "v", persistentVolumeClaim: { claimName: "claim" } }],
  },
  status: {
    containerStatuses: [
      {
        ...{ name: "c", containerID: id, image: "busybox:1", imageID: "", ready: true, restartCount: 0 },
        state: { running: { startedAt: "2026-01-01T00:00:00Z" } },
      },
    ],
  },
};
const container = (name: string, state: ContainerObservation["state"]) =>
  ({ id, name, sandboxId: "s", state, imageRef: "sha256:1" }) as ContainerObservation;
const observation: Observation = {
  sandboxes: [{ id: "s", pod: identity, ready: true, attempt: 0, ips: [], createdAt: 0 } as never],
  containers: [container("c", "running"), container("i", "exited")],
};
const sample: Sample = {
  at: 5000,
  steadyAt: 5000,
  machine: { cpuNanoseconds: 1e9, memoryBytes: 10, memoryAvailableBytes: 5, memoryResidentBytes: 3 },
  containers: [
    {
      id,
      pod: identity,
      name: "c",
      cpuNanoseconds: 2e9,
      memoryWorkingSetBytes: 4096,
      memoryBytes: 8192,
      memoryAvailableBytes: 100,
      pageFaults: { all: 9, major: 1 },
      diskBytes: 7,
      diskInodes: 3,
    },
  ],
};
const lives = new LifeCounts();
lives.podStarts.observe(2);
lives.worked("sync", 0.03);
for (let i = 0; i < 2; i++) lives.evicted("memory.available");
lives.ended([{ type: "container", exitCode: 139, reason: "Error" }]);
const operations = new OperationCounts();
for (const failed of [false, true]) operations.count("PullImage", { seconds: 0.2, failed });
operations.count("Version", { seconds: 0.001, failed: false });
const probes = new ProbeCounts();
const probed = { pod: identity, container: "c", kind: "liveness" } as const;
for (let i = 0; i < 2; i++) probes.count({ ...probed, result: "failed", seconds: 9 });
for (const seconds of [0.02, 0.005, 30]) probes.count({ ...probed, result: "successful", seconds });
const counters = (bytes: number) => ({ bytes, packets: 2, errors: 3, dropped: 4 });
const eth0 = { name: "eth0", received: counters(100), sent: counters(200) };

const volumes = [{ name: "v", usedBytes: 30, pvcRef: { name: "claim", namespace: "ns" } }];

const cgroup = {
  throttling: { periods: 10, throttled: 3, throttledSeconds: 2.5 },
  memory: { cacheBytes: 5, mappedBytes: 3, swapBytes: 0 },
  oomKills: 1,
  processes: 2,
  threads: 6,
  io: [{ device: "999:999", readBytes: 10, writtenBytes: 20, reads: 1, writes: 2 }],
};
const facts: NodeApiFacts = {
  node: "n",
  bootedAt: 0,
  startedAt: 1_000_000,
  machine: { cpus: 2, memoryBytes: 4096 },
  dataDirectory: "/",
  settings: {},
  configuration: () => ({
    ...{ eviction: {}, shutdown: {}, systemReserved: {}, seccompDefault: false, podMaxPids: -1 },
    ...{ clusterDomain: "", clusterDns: [] },
    ...{ staticPodPath: "/m", podLogsDirectory: "/l", cgroupDriver: "systemd", port: undefined },
  }),
  pods: () => [pod],
  podCounts: () =>
    podCounts([{ isStatic: true, isDesired: true, isActive: true, hasMirror: true, lifecycle: "terminating" }]),
  observe: async () => observation,
  storageOf: async () => ({ volumes, logDirectory: "/nowhere" }),
  claimedBy: async () => volumes,
  cgroups: async () => new Map([[id, cgroup]]),
  traffic: {
    machine: () => [{ ...eth0, name: "ens5" }],
    pods: async () => [{ sandboxId: "s", pod: identity, interfaces: [{ ...eth0, name: "net1" }, eth0] }],
  },
  imageDirectory: () => undefined,
  meter: {
    read: async () => ({ node: "n", at: 5000, windowMs: 1, cpuNanocores: 0, memoryBytes: 0, pods: [] }),
    sample: async () => sample,
  },
  operations: () => operations.all,
  probes,
  lives,
  shutdown: () => ({ start: 12, end: 34 }),
  claimsInUse: () => ({ total: 2, byDriver: new Map([["gpu.example.com", 2]]) }),
  podResources: () => [{ version: "v1", method: "Get", requests: 3, errors: 1 }],
  faults: { contained: 3, restarts: 1 },
  requests: {
    host: "10.0.0.1:6443",
    all: [{ method: "PATCH", code: "200", count: 4 }],
    seconds: new Map([["PATCH", lives.podStarts]]),
  },
  localVolumes: undefined,
};
const ask = async (path: string, known = facts) => (await serveNodeApi(path, known)).body as string;

describe("the kubelet API of the node", () => {
  it.each([
    ["/healthz", "ok"],
    ["/healthz/", "ok"],
    ["/healthz/syncloop", "ok"],
    ["/healthz?verbose", "[+]ping ok\n[+]log ok\n[+]syncloop ok\nhealthz check passed\n"],
    ["/healthz/other", "404 page not found\n"],
    ["/nothing", "404 page not found\n"],
  ])("answers %s with %j", async (path, body) => expect(await ask(path)).toBe(body));

  it("lists the pods of the API server, and those that really run", async () => {
    expect(JSON.parse(await ask("/pods/")).items[0].metadata).toEqual(identity);
    expect(JSON.parse(await ask("/runningpods/")).items).toEqual([
      {
        metadata: { name: "p", namespace: "ns", uid: "u" },
        spec: { containers: [{ name: "c", image: "sha256:1", resources: {} }] },
        status: {},
      },
    ]);
  });

  it("shows its configuration", async () =>
    expect(JSON.parse(await ask("/configz")).kubeletconfig).toMatchObject({
      podLogsDir: "/l",
      cgroupDriver: "systemd",
    }));

  it("AGENT-METRICS, AGENT-CGROUP-STATS: exposes metrics of itself, containers, probes and volumes", async () => {
    const own = await ask("/metrics");
    expect(own).toContain('kubelet_running_containers{container_state="running"} 1\n');
    expect(own).toContain("kubelet_running_pods 1\n");
    expect(own).toContain('kubelet_active_pods{static="true"} 1\n');
    expect(own).toContain('kubelet_working_pods{config="desired",lifecycle="terminating",static="true"} 1\n');
    expect(own).toContain("kubelet_graceful_shutdown_end_time_seconds 34\n");
    expect(own).toContain('kubelet_pod_start_duration_seconds_bucket{le="2"} 1\n');
    expect(own).toContain('kubelet_pod_worker_duration_seconds_sum{operation_type="sync"} 0.03\n');
    expect(own).toContain(
      'kubelet_terminated_containers_total{container_type="container",exit_code="139",reason="Error"} 1\n',
    );
    expect(own).toContain('kubelet_volume_stats_used_bytes{namespace="ns",persistentvolumeclaim="claim"} 30\n');
    expect(own).toContain('kubelet_runtime_operations_total{operation_type="pull_image"} 2\n');
    expect(own).toContain('kubelet_runtime_operations_errors_total{operation_type="pull_image"} 1\n');
    expect(own).not.toContain('errors_total{operation_type="version"}');
    const took = "kubelet_runtime_operations_duration_seconds";
    expect(own).toContain(`${took}_bucket{operation_type="pull_image",le="0.1953125"} 0\n`);
    expect(own).toContain(`${took}_bucket{operation_type="pull_image",le="0.48828125"} 2\n`);
    expect(own).toContain(`${took}_sum{operation_type="pull_image"} 0.4\n`);
    expect(own).toContain('kubelet_evictions{eviction_signal="memory.available"} 2\n');
    expect(own).toContain('dra_resource_claims_in_use{driver_name="<any>"} 2\n');
    expect(own).toContain('dra_resource_claims_in_use{driver_name="gpu.example.com"} 2\n');
    expect(own).toContain(
      'sailplane_agent_faults_total{outcome="contained"} 3\nsailplane_agent_faults_total{outcome="restarted"} 1\n',
    );
    expect(own).toContain('rest_client_requests_total{code="200",method="PATCH",host="10.0.0.1:6443"} 4\n');
    expect(own).toContain('rest_client_request_duration_seconds_count{verb="PATCH",host="10.0.0.1:6443"} 1\n');
    expect(own).toContain('kubelet_pod_resources_endpoint_errors_get{server_api_version="v1"} 1\n');
    expect(own).toContain("process_start_time_seconds 1000\n");
    // Nothing is known about it, so the metric's name is absent, too.
    expect(own).not.toContain("kubelet_volume_stats_inodes");
    const cadvisor = await ask("/metrics/cadvisor");
    const labels = 'id="/kubepods/podu/abc",image="busybox:1",name="abc",namespace="ns",pod="p"';
    expect(cadvisor).toContain(`container_cpu_usage_seconds_total{container="c",${labels},cpu="total"} 2 5000\n`);
    expect(cadvisor).toContain(`container_memory_working_set_bytes{container="c",${labels}} 4096 5000\n`);
    expect(cadvisor).toContain(`container_memory_usage_bytes{container="c",${labels}} 8192 5000\n`);
    expect(cadvisor).toContain(
      `container_memory_failures_total{container="c",${labels},failure_type="pgmajfault",scope="container"} 1 5000\n`,
    );
    expect(cadvisor).toContain(`container_cpu_cfs_throttled_periods_total{container="c",${labels}} 3 5000\n`);
    expect(cadvisor).toContain(`container_cpu_cfs_throttled_seconds_total{container="c",${labels}} 2.5 5000\n`);
    expect(cadvisor).toContain(`container_memory_cache{container="c",${labels}} 5 5000\n`);
    expect(cadvisor).toContain(`container_memory_swap{container="c",${labels}} 0 5000\n`);
    expect(cadvisor).not.toContain("container_memory_rss");
    expect(cadvisor).toContain(`container_oom_events_total{container="c",${labels}} 1 5000\n`);
    expect(cadvisor).toContain(`container_threads{container="c",${labels}} 6 5000\n`);
    expect(cadvisor).toContain(`container_fs_writes_bytes_total{container="c",${labels},device="999:999"} 20 5000\n`);
    expect(cadvisor).toContain(`container_spec_memory_limit_bytes{container="c",${labels}} 1024 5000\n`);
    expect(cadvisor).toContain(`container_spec_cpu_quota{container="c",${labels}} 50000 5000\n`);
    const machine = 'container="",id="/",image="",name="",namespace="",pod=""';
    expect(cadvisor).toContain(`container_cpu_usage_seconds_total{${machine},cpu="total"} 1 5000\n`);
    expect(cadvisor).toContain(`container_memory_working_set_bytes{${machine}} 10 5000\n`);
    expect(cadvisor).toContain("machine_cpu_cores 2\n");
    const network = 'id="/kubepods/podu/s",image="",interface="eth0",name="s",namespace="ns",pod="p"';
    expect(cadvisor).toContain(`container_network_receive_bytes_total{container="",${network}} 100 5000\n`);
    expect(cadvisor).toContain(`container_network_transmit_packets_dropped_total{container="",${network}} 4 5000\n`);
    expect(cadvisor).toContain(
      'container_network_transmit_bytes_total{container="",id="/",image="",interface="ens5",name="",namespace="",pod=""} 200 5000\n',
    );
    const ofProbes = await ask("/metrics/probes");
    expect(ofProbes).toContain(
      'prober_probe_total{container="c",namespace="ns",pod="p",pod_uid="u",probe_type="Liveness",result="failed"} 2\n',
    );
    const durations = ofProbes.split("\n").filter((line) => line.startsWith("prober_probe_duration_seconds_"));
    const ofProbe = 'container="c",namespace="ns",pod="p",probe_type="Liveness"';
    expect(durations.slice(0, 3)).toEqual([
      `prober_probe_duration_seconds_bucket{${ofProbe},le="0.005"} 1`,
      `prober_probe_duration_seconds_bucket{${ofProbe},le="0.01"} 1`,
      `prober_probe_duration_seconds_bucket{${ofProbe},le="0.025"} 2`,
    ]);
    expect(durations.slice(-4)).toEqual([
      `prober_probe_duration_seconds_bucket{${ofProbe},le="10"} 2`,
      `prober_probe_duration_seconds_bucket{${ofProbe},le="+Inf"} 3`,
      `prober_probe_duration_seconds_sum{${ofProbe}} 30.025`,
      `prober_probe_duration_seconds_count{${ofProbe}} 3`,
    ]);
  });

  it("reports the logs, root file system and inodes of each container", async () => {
    const logDirectory = temporaryDirectory();
    mkdirSync(join(logDirectory, "c"));
    writeFileSync(join(logDirectory, "c", "0.log"), "x");
    const [init] = pod.status.containerStatuses ?? [];
    const sidecar = { ...pod, status: { initContainerStatuses: init ? [init] : [] } };
    const known = { ...facts, pods: () => [sidecar], storageOf: async () => ({ volumes: [], logDirectory }) };
    const { containers, "ephemeral-storage": kept } = JSON.parse(await ask("/stats/summary", known)).pods[0];
    expect(containers[0]).toMatchObject({
      startTime: "2026-01-01T00:00:00Z",
      memory: { availableBytes: 100, usageBytes: 8192, workingSetBytes: 4096 },
      rootfs: { usedBytes: 7, inodesUsed: 3 },
      logs: { inodesUsed: 2 },
    });
    expect(kept).toMatchObject({ usedBytes: 7 + containers[0].logs.usedBytes, inodesUsed: 5 });
    rmSync(logDirectory, { recursive: true });
  });

  it("has a stats summary, with disks unless only CPU and memory are requested", async () => {
    expect(JSON.parse(await ask("/stats/summary")).pods[0]).toHaveProperty("ephemeral-storage");
    const { node, pods } = JSON.parse(await ask("/stats/summary"));
    expect(node.memory).toMatchObject({ workingSetBytes: 10, rssBytes: 3, availableBytes: 5 });
    expect(pods[0].memory).toMatchObject({ workingSetBytes: 4096, pageFaults: 9, majorPageFaults: 1 });
    expect(pods[0].memory).not.toHaveProperty("rssBytes");
    expect(pods[0].memory).toMatchObject({ usageBytes: 8192 });
    const ofInterface = { rxBytes: 100, rxErrors: 3, txBytes: 200, txErrors: 3 };
    expect(pods[0].network).toMatchObject({ name: "eth0", ...ofInterface, interfaces: [{ name: "net1" }, {}] });
    expect(node.network).toMatchObject({ name: "", interfaces: [{ name: "ens5", ...ofInterface }] });
    expect(node.runtime.containerFs).toEqual(node.runtime.imageFs);
    const less = JSON.parse(await ask("/stats/summary?only_cpu_and_memory=true"));
    expect([Object.keys(less.node), Object.keys(less.pods[0].containers[0])]).toEqual([
      ["nodeName", "startTime", "cpu", "memory"],
      ["name", "startTime", "cpu", "memory"],
    ]);
  });
});

test("the kubelet API measures no files for a request without disks or volumes", async () => {
  const measures = () => Promise.reject(new Error("measured"));
  const unmeasured = { ...facts, storageOf: measures };
  expect(await ask("/metrics", unmeasured)).toContain("kubelet_volume_stats_used_bytes{");
  expect(await ask("/stats/summary?only_cpu_and_memory=true", unmeasured)).toContain('"podRef"');
  await expect(ask("/stats/summary", unmeasured)).rejects.toThrow("measured");
});

test("the kubelet API has metrics while the runtime is down, without those that only the runtime knows", async () => {
  const down = () => Promise.reject(new Error("the runtime is down"));
  const own = await ask("/metrics", { ...facts, observe: down });
  expect(own).toContain('kubelet_working_pods{config="desired",lifecycle="terminating",static="true"} 1\n');
  expect(own).not.toContain("kubelet_running_pods");
  const resource = await ask("/metrics/resource", { ...facts, meter: { ...facts.meter, sample: down } });
  expect(resource).toMatch(/^resource_scrape_error 1$/m);
  expect(resource).not.toContain("cpu_usage");
});
