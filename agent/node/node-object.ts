/** The Node object as the agent describes it. Pure. */
import type { Node, NodeCondition, NodeStatus, Taint } from "../../api/generated/core.v1.ts";
import { formatQuantity } from "../../api/machinery/quantity.ts";
import { LOCAL_VOLUMES } from "../../api/node/local-volumes.ts";
import { NETWORK_KEY } from "../../api/node/node-sync.ts";
import type { Way } from "../network/overlay/choose-way.ts";
import type { ImageObservation } from "../runtime/image.ts";
import type { RuntimeFeatures } from "../runtime/runtime-features.ts";
import type { Machine } from "./machine.ts";
import type { Reserve } from "./reserve.ts";

/** The Kubernetes version whose kubelet this agent behaves like. */
export const KUBELET_VERSION = "v1.36.2";
export const MAX_PODS = 110;
const MAX_IMAGES = 50;
const MAX_NAMES = 5;
const MAX_DETOURS = 10;
export interface DeviceAmount {
  readonly capacity: number;
  readonly allocatable: number;
}

export interface NodeFacts {
  readonly name: string;
  readonly machine: Machine;
  readonly reserve: Reserve;
  readonly addresses: readonly string[];
  /** `containerd://1.6.20` */
  readonly runtimeVersion: string;
  readonly isolates: boolean;
  readonly features: RuntimeFeatures;
  readonly images: readonly ImageObservation[];
  readonly pressures: ReadonlySet<string>;
  readonly labels: Readonly<Record<string, string>>;
  /** For a new Node. */
  readonly taints: readonly Taint[];
  /** Set if the agent manages the pod network: the node's public key, and how it reaches other nodes' pods. */
  readonly network?: { readonly key: string; readonly ways: ReadonlyMap<string, Way> } | undefined;
  /** For each extended resource that this node has devices of, or had. */
  readonly devices: ReadonlyMap<string, DeviceAmount>;
  /** Attached volumes that some pod here uses, or is about to. */
  readonly volumesInUse: readonly string[];
  /** Where it keeps volumes of claims; undefined: it offers none. */
  readonly localVolumes?: string | undefined;
  /** The kubelet's port; 0: it is not open. */
  readonly kubeletPort: number;
  /** Why the node is not ready for pods; undefined: it is. */
  readonly notReady?: string | undefined;
}

type Resources = Record<string, string>;

const binary = (bytes: number): string => formatQuantity({ nanos: BigInt(bytes) * 1_000_000_000n, format: "BinarySI" });

function capacityOf({ cpus, memoryBytes, diskBytes, hugePages }: Machine): Resources {
  return {
    cpu: String(cpus),
    "ephemeral-storage": binary(diskBytes),
    "hugepages-1Gi": "0",
    "hugepages-2Mi": "0",
    ...Object.fromEntries(hugePages.map(({ pageBytes, bytes }) => [`hugepages-${binary(pageBytes)}`, binary(bytes)])),
    memory: binary(memoryBytes),
    pods: String(MAX_PODS),
  };
}

const amountsOf = (devices: NodeFacts["devices"], part: keyof DeviceAmount): Resources =>
  Object.fromEntries([...devices].map(([resource, amount]) => [resource, String(amount[part])]));

export function allocatableOf({
  machine,
  devices,
  reserve,
}: Pick<NodeFacts, "machine" | "devices" | "reserve">): Resources {
  const left = (bytes: number) => binary(Math.max(0, Math.floor(bytes)));
  // Memory reserved for huge pages is not available otherwise.
  const huge = machine.hugePages.reduce((sum, { bytes }) => sum + bytes, 0);
  const cpuNanos = BigInt(machine.cpus) * 1_000_000_000n - reserve.cpuNanos;
  return {
    ...capacityOf(machine),
    ...amountsOf(devices, "allocatable"),
    cpu: formatQuantity({ nanos: cpuNanos < 0n ? 0n : cpuNanos, format: "DecimalSI" }),
    "ephemeral-storage": left(machine.diskBytes - reserve.diskBytes),
    memory: left(machine.memoryBytes - huge - reserve.memoryBytes),
  };
}

const OS = "kubernetes.io/os";
const ARCHITECTURE = "kubernetes.io/arch";

/** The kubelet restores these two while it runs, since pods are chosen to fit the machine by them; others are left. */
export const isMislabelled = ({ metadata: { labels = {} } }: Node, { os, architecture }: Machine): boolean =>
  labels[OS] !== os || labels[ARCHITECTURE] !== architecture;

/** It has come back just when the control plane gave it up, which then has overwritten that it is ready. */
export const isGivenUp = ({ status }: Node): boolean =>
  status.conditions?.some((condition) => condition.type === "Ready" && condition.status === "Unknown") === true;

export function nodeLabels({
  name,
  machine,
  labels,
  localVolumes,
}: Pick<NodeFacts, "name" | "machine" | "labels" | "localVolumes">): Record<string, string> {
  return {
    ...labels,
    ...(localVolumes !== undefined && { [LOCAL_VOLUMES]: "true" }),
    "beta.kubernetes.io/arch": machine.architecture,
    "beta.kubernetes.io/os": machine.os,
    [ARCHITECTURE]: machine.architecture,
    "kubernetes.io/hostname": name,
    [OS]: machine.os,
  };
}

export function nodeAnnotations({
  runtimeVersion,
  isolates,
  network,
  localVolumes,
}: NodeFacts): Record<string, string> {
  return {
    "sailplane.dev/runtime": runtimeVersion.split("://")[0] ?? "",
    // The control plane attaches volumes, and this node reports which it uses.
    "volumes.kubernetes.io/controller-managed-attach-detach": "true",
    "sailplane.dev/isolation": isolates ? "container" : "none",
    ...(localVolumes !== undefined && { [LOCAL_VOLUMES]: localVolumes }),
    ...(network && { [NETWORK_KEY]: network.key, "sailplane.dev/network-ways": waysText(network.ways) }),
  };
}

/** Nodes that are reached by a detour; if there are many, their number. */
function waysText(ways: ReadonlyMap<string, Way>): string {
  const detours = (["vxlan", "relay"] as const).flatMap((way) => {
    const names = [...ways].flatMap(([name, its]) => (its === way ? [name] : []));
    const named = names.length > MAX_DETOURS ? `${names.length} nodes` : names.sort().join(", ");
    return names.length === 0 ? [] : [`${way}: ${named}`];
  });
  return detours.length === 0 ? "route" : detours.join("; ");
}

export const nodeObject = (facts: NodeFacts): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: facts.name, labels: nodeLabels(facts), annotations: nodeAnnotations(facts) },
  spec: facts.taints.length === 0 ? {} : { taints: [...facts.taints] },
  status: {},
});

const CONDITIONS = [
  {
    type: "MemoryPressure",
    status: "False",
    reason: "KubeletHasSufficientMemory",
    message: "kubelet has sufficient memory available",
  },
  {
    type: "DiskPressure",
    status: "False",
    reason: "KubeletHasNoDiskPressure",
    message: "kubelet has no disk pressure",
  },
  {
    type: "PIDPressure",
    status: "False",
    reason: "KubeletHasSufficientPID",
    message: "kubelet has sufficient PID available",
  },
  { type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status" },
] as const;

/** The conditions for a node under pressure. */
const PRESSED: Readonly<Record<string, { readonly reason: string; readonly message: string }>> = {
  MemoryPressure: { reason: "KubeletHasInsufficientMemory", message: "kubelet has insufficient memory available" },
  DiskPressure: { reason: "KubeletHasDiskPressure", message: "kubelet has disk pressure" },
  PIDPressure: { reason: "KubeletHasInsufficientPID", message: "kubelet has insufficient PID available" },
};

function conditionNow(good: (typeof CONDITIONS)[number], { notReady, pressures }: NodeFacts) {
  if (good.type === "Ready") return notReady === undefined ? good : unready(notReady);
  return pressures.has(good.type) ? { type: good.type, status: "True", ...PRESSED[good.type] } : good;
}

const unready = (message: string) => ({ type: "Ready", status: "False", reason: "KubeletNotReady", message });

/** The largest images, with a few names each: digests come first. */
const imagesOf = ({ images }: NodeFacts) =>
  images
    .filter(({ names }) => names.length > 0)
    .toSorted((a, b) => b.size - a.size)
    .slice(0, MAX_IMAGES)
    .map(({ names, size }) => ({ names: names.slice(0, MAX_NAMES), sizeBytes: size }));

/**
 * Features that pods may require and that other nodes of this version may lack
 * (component-helpers/nodedeclaredfeatures).
 */
const RESTARTS_ALL = "RestartAllContainersOnContainerExits";
const RESIZES = ["InPlacePodLevelResourcesVerticalScaling", "InPlacePodVerticalScalingInitContainers"];

const SEMANTIC = /^v?\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/;

/** As in the kubelet: of a version that is not semantic (`1.6.20~ds1`), the leading numbers. */
export function plainVersion(version: string): string {
  const bare = version.replace(/^v/, "");
  return SEMANTIC.test(version) ? bare : (/^\d+(\.\d+)+/.exec(bare)?.[0] ?? version);
}

/** Features of the container runtime, for schedulers and users; empty if it does not report any. */
const runtimeFeatures = ({
  features: { handlers, supplementalGroupsPolicy },
}: NodeFacts): Pick<NodeStatus, "features" | "runtimeHandlers"> => ({
  ...(handlers.size === 0 ? {} : { runtimeHandlers: [...handlers].map(([name, its]) => ({ name, features: its })) }),
  ...(supplementalGroupsPolicy === undefined ? {} : { features: { supplementalGroupsPolicy } }),
});

/** `before` are the conditions in the API; `now` is RFC 3339. */
export function nodeStatus(facts: NodeFacts, before: readonly NodeCondition[], now: string): NodeStatus {
  const { machine } = facts;
  return {
    addresses: [
      ...facts.addresses.map((address) => ({ type: "InternalIP", address })),
      { type: "Hostname", address: facts.name },
    ],
    capacity: { ...capacityOf(machine), ...amountsOf(facts.devices, "capacity") },
    allocatable: allocatableOf(facts),
    conditions: CONDITIONS.map((good) => {
      const condition = conditionNow(good, facts);
      const old = before.find(({ type }) => type === condition.type);
      const since = old?.status === condition.status ? (old.lastTransitionTime ?? now) : now;
      return { ...condition, lastHeartbeatTime: now, lastTransitionTime: since };
    }),
    declaredFeatures: [...(facts.isolates ? RESIZES : []), RESTARTS_ALL],
    daemonEndpoints: { kubeletEndpoint: { Port: facts.kubeletPort } },
    images: imagesOf(facts),
    ...runtimeFeatures(facts),
    volumesInUse: [...facts.volumesInUse],
    nodeInfo: {
      architecture: machine.architecture,
      bootID: machine.bootID,
      containerRuntimeVersion: facts.runtimeVersion,
      kernelVersion: machine.kernelVersion,
      kubeProxyVersion: "",
      kubeletVersion: KUBELET_VERSION,
      machineID: machine.machineID,
      operatingSystem: machine.os,
      osImage: machine.osImage,
      systemUUID: machine.systemUUID,
      ...(machine.swapBytes === 0 ? {} : { swap: { capacity: machine.swapBytes } }),
    },
  };
}
