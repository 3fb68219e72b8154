/** The kubelet's /stats/summary, as far as this agent measures it: CPU, memory, file systems, volumes, networks. */
import { join } from "node:path";
import type { Pod } from "../../api/generated/core.v1.ts";
import { timestamp } from "../../api/machinery/time/time.ts";
import { diskStats } from "../mounts/disk-stats.ts";
import { isOnDisk } from "../pressure/local-storage.ts";
import { readProcesses } from "../pressure/signals.ts";
import type { InterfaceCounters } from "../usage/network-counters.ts";
import { diskUse } from "../volumes/usage/disk-use.ts";
import type { Measured, NodeApiFacts } from "./facts.ts";

type Container = Measured["sample"]["containers"][number];

/** By pod, including those without usage yet. */
function byPod(containers: readonly Container[]): readonly (readonly [Container, ...Container[]])[] {
  const pods = new Map<string, [Container, ...Container[]]>();
  for (const container of containers) {
    const known = pods.get(container.pod.uid);
    if (known === undefined) pods.set(container.pod.uid, [container]);
    else known.push(container);
  }
  return [...pods.values()];
}

export async function summaryOf(facts: NodeApiFacts, measured: Measured) {
  const { node, bootedAt, dataDirectory, imageDirectory, pods } = facts;
  const { sample, usage } = measured;
  const time = timestamp(sample.at);
  const known = new Map(pods().map((pod) => [pod.metadata.uid ?? "", pod]));
  const disk = { time, ...diskStats(dataDirectory) };
  const imageDisk = { time, ...diskStats(imageDirectory() ?? dataDirectory) };
  const processes = readProcesses();
  const networks = new Map((await facts.traffic.pods()).map(({ pod, interfaces }) => [pod.uid, interfaces]));
  return {
    node: {
      nodeName: node,
      startTime: timestamp(bootedAt),
      cpu: cpu(time, usage.cpuNanocores, sample.machine.cpuNanoseconds),
      memory: memory(time, sample.machine.memoryBytes, sample.machine),
      network: network(time, facts.traffic.machine()),
      fs: disk,
      // Containers' writable layers are on the disk of their images.
      runtime: { imageFs: imageDisk, containerFs: imageDisk },
      ...(processes && {
        rlimit: { time, maxpid: processes.capacity, curproc: processes.capacity - processes.available },
      }),
    },
    pods: await Promise.all(
      byPod(sample.containers).map((own) => podSummary(own, known.get(own[0].pod.uid), { facts, measured, networks })),
    ),
  };
}

const cpu = (time: string, nanocores: number | undefined, total: number) => ({
  time,
  ...(nanocores === undefined ? {} : { usageNanoCores: Math.round(nanocores) }),
  usageCoreNanoSeconds: total,
});

/** The kubelet's: most clients only read the values of this interface. */
const DEFAULT_INTERFACE = "eth0";

function network(time: string, counted: readonly InterfaceCounters[]) {
  const interfaces = counted.map(({ name, received, sent }) => ({
    name,
    rxBytes: received.bytes,
    rxErrors: received.errors,
    txBytes: sent.bytes,
    txErrors: sent.errors,
  }));
  return { time, name: "", ...interfaces.find(({ name }) => name === DEFAULT_INTERFACE), interfaces };
}

type MemoryDetail = Pick<Container, "memoryBytes" | "memoryAvailableBytes" | "memoryResidentBytes" | "pageFaults">;

const memory = (time: string, workingSetBytes: number, detail: MemoryDetail) => {
  const { memoryBytes = workingSetBytes, memoryAvailableBytes, memoryResidentBytes, pageFaults } = detail;
  return {
    time,
    ...(memoryAvailableBytes === undefined ? {} : { availableBytes: memoryAvailableBytes }),
    usageBytes: memoryBytes,
    workingSetBytes,
    ...(memoryResidentBytes === undefined ? {} : { rssBytes: memoryResidentBytes }),
    ...(pageFaults && { pageFaults: pageFaults.all, majorPageFaults: pageFaults.major }),
  };
};

/** The total, if all containers report it. */
function detailOf(containers: readonly Container[]): MemoryDetail {
  const used = containers.flatMap(({ memoryBytes = [] }) => memoryBytes);
  const resident = containers.flatMap(({ memoryResidentBytes = [] }) => memoryResidentBytes);
  const faults = containers.flatMap(({ pageFaults = [] }) => pageFaults);
  return {
    ...(used.length === containers.length && { memoryBytes: sum(used) }),
    ...(resident.length === containers.length && { memoryResidentBytes: sum(resident) }),
    ...(faults.length === containers.length && {
      pageFaults: { all: sum(faults.map(({ all }) => all)), major: sum(faults.map(({ major }) => major)) },
    }),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

interface Context {
  readonly facts: NodeApiFacts;
  readonly measured: Measured;
  /** By the pod's uid. */
  readonly networks: ReadonlyMap<string, readonly InterfaceCounters[]>;
}

async function podSummary(
  own: readonly [Container, ...Container[]],
  pod: Pod | undefined,
  { facts, measured: { sample, usage }, networks }: Context,
) {
  const time = timestamp(sample.at);
  const { uid } = own[0].pod;
  const storage = await facts.storageOf(uid);
  const { usedBytes: _, inodesUsed: __, ...left } = { time, ...diskStats(facts.dataDirectory) };
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = pod?.status ?? {};
  const statuses = [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses];
  const averages = usage.pods.find((each) => each.uid === uid)?.containers ?? [];
  const part = async (container: Container) => {
    const { name, cpuNanoseconds, memoryWorkingSetBytes, diskBytes = 0, diskInodes } = container;
    const logs = storage && (await diskUse(join(storage.logDirectory, name)));
    return {
      name,
      startTime: statuses.find((each) => each.name === name)?.state?.running?.startedAt,
      cpu: cpu(time, averages.find((each) => each.name === name)?.cpuNanocores, cpuNanoseconds),
      memory: memory(time, memoryWorkingSetBytes, container),
      rootfs: { ...left, usedBytes: diskBytes, ...(diskInodes === undefined ? {} : { inodesUsed: diskInodes }) },
      logs: { ...left, usedBytes: logs?.usedBytes ?? 0, inodesUsed: logs?.inodesUsed ?? 0 },
    };
  };
  const parts = await Promise.all(own.map(part));
  const onDisk = new Set(
    (pod?.spec.volumes ?? []).filter(({ emptyDir }) => isOnDisk(emptyDir)).map(({ name }) => name),
  );
  const volumes = (storage?.volumes ?? []).map((volume) => ({ time, ...volume }));
  const kept = [
    ...parts.flatMap(({ rootfs, logs }) => [rootfs, logs]),
    ...volumes.filter(({ name }) => onDisk.has(name)),
  ];
  const interfaces = networks.get(uid);
  const nanocores = averages.length === 0 ? undefined : sum(averages.map(({ cpuNanocores }) => cpuNanocores));
  return {
    podRef: own[0].pod,
    startTime: pod?.status.startTime,
    containers: parts,
    cpu: cpu(time, nanocores, sum(parts.map((each) => each.cpu.usageCoreNanoSeconds))),
    memory: memory(time, sum(parts.map((each) => each.memory.workingSetBytes)), detailOf(own)),
    ...(interfaces && { network: network(time, interfaces) }),
    ...(volumes.length === 0 ? {} : { volume: volumes }),
    "ephemeral-storage": {
      ...left,
      usedBytes: sum(kept.map(({ usedBytes = 0 }) => usedBytes)),
      inodesUsed: sum(kept.map(({ inodesUsed = 0 }) => inodesUsed)),
    },
  };
}

/** For clients that only request CPU and memory. */
export const withoutDisks = ({ node, pods }: Awaited<ReturnType<typeof summaryOf>>) => ({
  node: { nodeName: node.nodeName, startTime: node.startTime, cpu: node.cpu, memory: node.memory },
  pods: pods.map(({ podRef, startTime, containers, cpu, memory }) => ({
    podRef,
    startTime,
    containers: containers.map(({ rootfs: _, logs: __, ...part }) => part),
    cpu,
    memory,
  })),
});
