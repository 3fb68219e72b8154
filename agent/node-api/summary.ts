/** The kubelet's /stats/summary, of what this agent measures: processor, memory, file systems. */
import { statfsSync } from "node:fs";
import type { Measured, NodeFacts } from "./node-api.ts";

const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function fileSystem(path: string, time: string) {
  const { blocks, bavail, bfree, bsize, files, ffree } = statfsSync(path);
  return {
    time,
    availableBytes: bavail * bsize,
    capacityBytes: blocks * bsize,
    usedBytes: (blocks - bfree) * bsize,
    inodesFree: ffree,
    inodes: files,
    inodesUsed: files - ffree,
  };
}

export function summaryOf({ node, bootedAt, dataDirectory, pods }: NodeFacts, { sample, usage }: Measured) {
  const time = timeText(sample.at);
  const known = new Map(pods().map((pod) => [pod.metadata.uid, pod.status]));
  const totals = new Map(
    sample.containers.map(({ pod, name, cpuNanoseconds }) => [`${pod.uid} ${name}`, cpuNanoseconds]),
  );
  const cpu = (nanocores: number, total: number) => ({
    time,
    usageNanoCores: Math.round(nanocores),
    usageCoreNanoSeconds: total,
  });
  const memory = (bytes: number) => ({ time, usageBytes: bytes, workingSetBytes: bytes });
  return {
    node: {
      nodeName: node,
      startTime: timeText(bootedAt),
      cpu: cpu(usage.cpuNanocores, sample.machine.cpuNanoseconds),
      memory: { ...memory(sample.machine.memoryBytes), availableBytes: sample.machine.memoryAvailableBytes },
      fs: fileSystem(dataDirectory, time),
    },
    pods: usage.pods.map(({ containers, uid, ...ref }) => {
      const status = known.get(uid);
      const parts = containers.map(({ name, cpuNanocores, memoryBytes }) => ({
        name,
        startTime: status?.containerStatuses?.find((each) => each.name === name)?.state?.running?.startedAt,
        cpu: cpu(cpuNanocores, totals.get(`${uid} ${name}`) ?? 0),
        memory: memory(memoryBytes),
      }));
      const sum = (of: (container: (typeof containers)[number]) => number) =>
        containers.reduce((total, container) => total + of(container), 0);
      return {
        podRef: { ...ref, uid },
        startTime: status?.startTime,
        containers: parts,
        cpu: cpu(
          sum(({ cpuNanocores }) => cpuNanocores),
          parts.reduce((total, part) => total + part.cpu.usageCoreNanoSeconds, 0),
        ),
        memory: memory(sum(({ memoryBytes }) => memoryBytes)),
      };
    }),
  };
}
