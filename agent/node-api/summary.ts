/** The kubelet's /stats/summary, of what this agent measures: processor, memory, file systems, volumes. */
import { join } from "node:path";
import type { Pod } from "../../api/generated/core.v1.ts";
import { timestamp } from "../../api/machinery/time/time.ts";
import { isOnDisk } from "../pressure/local-storage.ts";
import { diskStats } from "../volumes/usage/disk-stats.ts";
import { diskUse } from "../volumes/usage/disk-use.ts";
import type { Measured, NodeApiFacts } from "./facts.ts";

type Container = Measured["sample"]["containers"][number];

/** By pod, also those that have no average yet. */
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
  return {
    node: {
      nodeName: node,
      startTime: timestamp(bootedAt),
      cpu: cpu(time, usage.cpuNanocores, sample.machine.cpuNanoseconds),
      memory: {
        ...memory(time, sample.machine.memoryBytes, sample.machine),
        availableBytes: sample.machine.memoryAvailableBytes,
      },
      fs: disk,
      runtime: { imageFs: { time, ...diskStats(imageDirectory() ?? dataDirectory) } },
    },
    pods: await Promise.all(
      byPod(sample.containers).map((own) => podSummary(own, known.get(own[0].pod.uid), { facts, measured })),
    ),
  };
}

const cpu = (time: string, nanocores: number | undefined, total: number) => ({
  time,
  ...(nanocores === undefined ? {} : { usageNanoCores: Math.round(nanocores) }),
  usageCoreNanoSeconds: total,
});

type MemoryDetail = Pick<Container, "memoryResidentBytes" | "pageFaults">;

const memory = (time: string, bytes: number, { memoryResidentBytes, pageFaults }: MemoryDetail) => ({
  time,
  usageBytes: bytes,
  workingSetBytes: bytes,
  ...(memoryResidentBytes === undefined ? {} : { rssBytes: memoryResidentBytes }),
  ...(pageFaults && { pageFaults: pageFaults.all, majorPageFaults: pageFaults.major }),
});

/** Of all, where all tell. */
function detailOf(containers: readonly Container[]): MemoryDetail {
  const resident = containers.flatMap(({ memoryResidentBytes = [] }) => memoryResidentBytes);
  const faults = containers.flatMap(({ pageFaults = [] }) => pageFaults);
  return {
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
}

async function podSummary(
  own: readonly [Container, ...Container[]],
  pod: Pod | undefined,
  { facts, measured: { sample, usage } }: Context,
) {
  const time = timestamp(sample.at);
  const { uid } = own[0].pod;
  const storage = await facts.storageOf(uid);
  const disk = { time, ...diskStats(facts.dataDirectory) };
  const averages = usage.pods.find((each) => each.uid === uid)?.containers ?? [];
  const part = async (container: Container) => {
    const { name, cpuNanoseconds, memoryWorkingSetBytes, diskBytes = 0 } = container;
    const logs = storage && (await diskUse(join(storage.logDirectory, name)));
    return {
      name,
      startTime: pod?.status.containerStatuses?.find((each) => each.name === name)?.state?.running?.startedAt,
      cpu: cpu(time, averages.find((each) => each.name === name)?.cpuNanocores, cpuNanoseconds),
      memory: memory(time, memoryWorkingSetBytes, container),
      rootfs: { ...disk, usedBytes: diskBytes },
      logs: { ...disk, usedBytes: logs?.usedBytes ?? 0 },
    };
  };
  const parts = await Promise.all(own.map(part));
  const onDisk = new Set(
    (pod?.spec.volumes ?? []).filter(({ emptyDir }) => isOnDisk(emptyDir)).map(({ name }) => name),
  );
  const volumes = (storage?.volumes ?? []).map((volume) => ({ time, ...volume }));
  const kept = volumes.filter(({ name }) => onDisk.has(name)).map(({ usedBytes = 0 }) => usedBytes);
  const nanocores = averages.length === 0 ? undefined : sum(averages.map(({ cpuNanocores }) => cpuNanocores));
  return {
    podRef: own[0].pod,
    startTime: pod?.status.startTime,
    containers: parts,
    cpu: cpu(time, nanocores, sum(parts.map((each) => each.cpu.usageCoreNanoSeconds))),
    memory: memory(time, sum(parts.map((each) => each.memory.workingSetBytes)), detailOf(own)),
    ...(volumes.length === 0 ? {} : { volume: volumes }),
    "ephemeral-storage": {
      ...disk,
      usedBytes: sum([...parts.map(({ rootfs, logs }) => rootfs.usedBytes + logs.usedBytes), ...kept]),
    },
  };
}

/** As who asks for processor and memory only gets it. */
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
