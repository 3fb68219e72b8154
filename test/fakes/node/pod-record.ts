import { join } from "node:path";
import { PodLogs } from "../../../agent/logs/pod-logs.ts";
import { PodRecord } from "../../../agent/pod/pod-record.ts";
import { LifeCounts } from "../../../agent/pod/status/life-counts.ts";
import type { WorkerContext } from "../../../agent/pod/worker-context.ts";
import { SimulatedRuntime } from "../../../agent/runtime/simulated/simulated-runtime.ts";
import type { Pod, PodStatus } from "../../../api/generated/core.v1.ts";
import type { ApiClient } from "../../../client/api-client.ts";
import { temporaryDirectory } from "../../temporary-directory.ts";
import { podOf } from "../objects/pod-draft.ts";

export interface RecordedPod {
  readonly record: PodRecord;
  readonly runtime: SimulatedRuntime;
  /** Reasons and messages of its events. */
  readonly events: string[];
  /** The phases that the API received, and `deleted`. */
  readonly told: string[];
}

export function recordedPod(
  part: Parameters<typeof podOf>[0] = {},
  change: Partial<Pick<WorkerContext, "allocatable" | "limitPod" | "otherPods" | "waitingForRoom">> = {},
): RecordedPod {
  const requested = podOf({ ...part, metadata: { name: "p", namespace: "n", uid: "u", ...part.metadata } });
  const directory = temporaryDirectory();
  const runtime = new SimulatedRuntime({ nodeName: "node" });
  const events: string[] = [];
  const told: string[] = [];
  const reports = {
    patch: async (_target: unknown, _type: unknown, { status }: { status: PodStatus }) => {
      told.push(status.phase ?? "");
      return { ok: true, object: { ...record.pod, status } };
    },
    delete: async () => {
      told.push("deleted");
      return { ok: true, object: record.pod };
    },
  };
  const context = {
    runtime,
    reports: reports as unknown as ApiClient,
    events: {
      record: (_: unknown, _type: string, reason: string, message: string) => events.push(`${reason}: ${message}`),
    },
    puller: { delete: () => {}, ensure: async () => ({ ok: true, image: await runtime.imageStatus("i") }) },
    objects: () => ({
      secret: () => undefined,
      configMap: () => undefined,
      claim: () => undefined,
      services: () => [],
    }),
    dns: () => ({
      clusterServers: [],
      clusterDomain: "cluster.local",
      machine: { servers: [], searches: [], options: [] },
    }),
    probeCounts: { delete: () => {}, count: () => {} },
    lifeCounts: new LifeCounts(),
    csi: { unpublish: async () => {} },
    memory: { remove: () => {} },
    devices: {
      free: () => {},
      give: async () => ({ env: {}, mounts: [], devices: [], annotations: {}, cdiDevices: [] }),
      healthOf: () => [],
    },
    claims: { unprepare: async () => {}, devicesOf: () => [], healthOf: () => [] },
    hostIPs: () => ["192.0.2.1"],
    allocatable: () => ({ cpu: "4", memory: "4Gi", pods: "110" }),
    otherPods: () => [],
    waitingForRoom: () => [],
    limitPod: async () => {},
    podsDirectory: join(directory, "pods"),
    seccomp: { directory: join(directory, "seccomp"), isDefault: false },
    logs: new PodLogs({ directory: join(directory, "logs") }),
    log: { info: () => {}, warn: () => {} },
    ...change,
  };
  const accepted = (pod: Pod) => {
    record.pod = pod;
  };
  const wake = { now: () => {}, within: () => {}, accepted };
  const record: PodRecord = new PodRecord(context as unknown as WorkerContext, requested, wake);
  return { record, runtime, events, told };
}
