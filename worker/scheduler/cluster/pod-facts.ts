/**
 * What the scheduler knows about a pod: extracted once from the object, and small enough to keep for every pod of a
 * large cluster.
 */
import type { Container, Pod, PodAffinityTerm, Volume } from "../../../api/generated/core.v1.ts";
import { SharedValues } from "../../../api/machinery/json/shared-values.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { topologyLabelsOf } from "../../../api/resources/core/pod/placement/topology-labels.ts";
import { type Amounts, requestsOf, scoredRequestsOf } from "./amounts.ts";

export interface HostPort {
  /** `0.0.0.0` for all addresses. */
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

export interface PodFacts {
  /** `namespace/name`. */
  readonly key: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** Raised when our own binding is written. */
  revision: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly priority: number;
  /** The node it is assigned to, or "". */
  readonly nodeName: string;
  readonly terminating: boolean;
  /** Whether its status says that the scheduler wants its room. */
  readonly preempted: boolean;
  readonly generation: number | undefined;
  readonly requests: Amounts;
  readonly scored: { readonly cpu: number; readonly memory: number };
  readonly ports: readonly HostPort[];
  readonly requiredAffinity: readonly PodAffinityTerm[];
  readonly requiredAntiAffinity: readonly PodAffinityTerm[];
  /** Weights of preferred terms, negative for anti-affinity. */
  readonly preferredAffinity: readonly { readonly term: PodAffinityTerm; readonly weight: number }[];
  /** Volumes that restrict where a pod may run: claims, and disks named in the pod itself. */
  readonly volumes: readonly Volume[];
  /** When a kubelet first acknowledged it (ms since the epoch), for ordering victims. */
  readonly startTime: number;
  /** The whole object; only for pods that wait for a node. */
  readonly pod: Stored<Pod> | undefined;
}

/** A pod that waits for a node, with the whole object. */
export type PendingPod = PodFacts & { readonly pod: NonNullable<PodFacts["pod"]> };

const NONE: readonly never[] = [];
const PLACED_VOLUMES = [
  "persistentVolumeClaim",
  "ephemeral",
  "csi",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "rbd",
  "iscsi",
] as const;

/** With `shared`, values that pods have in common are stored once. */
export function podFactsOf(pod: Stored<Pod>, shared = new SharedValues()): PodFacts {
  const { spec, metadata, status } = pod;
  const { namespace = "", name, uid, labels = {} } = metadata;
  const requests = requestsOf(pod);
  const scored = scoredRequestsOf(pod);
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const preferred = (terms: typeof podAffinity, sign: 1 | -1) =>
    (terms?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm, weight }) => ({
      term: podAffinityTerm,
      weight: sign * weight,
    }));
  const volumes = (spec.volumes ?? []).filter((volume) => PLACED_VOLUMES.some((source) => volume[source]));
  return {
    key: `${namespace}/${name}`,
    uid,
    namespace: shared.text(namespace),
    name,
    revision: Number(metadata.resourceVersion),
    labels: shared.value(labels),
    priority: spec.priority ?? 0,
    nodeName: shared.text(spec.nodeName ?? ""),
    terminating: metadata.deletionTimestamp !== undefined,
    preempted: isPreempted(pod),
    generation: metadata.generation,
    requests: shared.keyed(textOf(requests), requests),
    scored: shared.keyed(`scored ${scored.cpu} ${scored.memory}`, scored),
    ports: hostPortsOf([...(spec.initContainers ?? NONE).filter(isSidecar), ...(spec.containers ?? NONE)]),
    requiredAffinity: podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? NONE,
    requiredAntiAffinity: podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? NONE,
    preferredAffinity:
      podAffinity || podAntiAffinity ? [...preferred(podAffinity, 1), ...preferred(podAntiAffinity, -1)] : NONE,
    volumes: volumes.length > 0 ? volumes : NONE,
    startTime: Date.parse(status.startTime ?? "") || Number.POSITIVE_INFINITY,
    pod: spec.nodeName ? undefined : pod,
  };
}

/** The facts about the pod once it is on a node with those labels. */
export function placedOn(pod: PodFacts, nodeName: string, nodeLabels: PodFacts["labels"]): PodFacts {
  const topology = topologyLabelsOf(nodeLabels);
  const labels = Object.keys(topology).length > 0 ? { ...pod.labels, ...topology } : pod.labels;
  return { ...pod, nodeName, labels, pod: undefined };
}

const textOf = ({ cpu, memory, ephemeralStorage, scalars }: Amounts) =>
  `requests ${cpu} ${memory} ${ephemeralStorage} ${scalars.size > 0 ? JSON.stringify([...scalars]) : ""}`;

const isSidecar = ({ restartPolicy }: Container) => restartPolicy === "Always";

function hostPortsOf(containers: readonly Container[]): readonly HostPort[] {
  const ports: HostPort[] = [];
  for (const container of containers)
    for (const { hostPort, hostIP, protocol } of container.ports ?? NONE)
      if (hostPort) ports.push({ ip: hostIP || "0.0.0.0", protocol: protocol || "TCP", port: hostPort });
  return ports.length > 0 ? ports : NONE;
}

/** Ended pods take no room. */
export const hasEnded = ({ status }: Pod): boolean => status.phase === "Succeeded" || status.phase === "Failed";

const isPreempted = ({ status }: Pod): boolean =>
  status.conditions?.some(
    ({ type, status: is, reason }) =>
      type === "DisruptionTarget" && is === "True" && reason === "PreemptionByScheduler",
  ) ?? false;
