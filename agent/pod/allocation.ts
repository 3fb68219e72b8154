/**
 * The resources that a pod has been allocated. They follow the spec once a resize fits, and not before; a restarted
 * agent takes them from the pod's status. Pure.
 */
import type { Container, ContainerStatus, Pod, ResourceRequirements } from "../../api/generated/core.v1.ts";
import { initContainersOf } from "../pod-spec/containers.ts";
import { podAmounts } from "../pod-spec/pod-amounts.ts";
import { nanosOf } from "../pod-spec/qos.ts";

export interface Allocation {
  /** Pod-level resources, if it has any. */
  readonly whole: ResourceRequirements | undefined;
  /** By container name. */
  readonly containers: ReadonlyMap<string, ResourceRequirements>;
}

export type ResizeState =
  | { readonly kind: "settled" }
  /** It waits for room, or cannot have it on this node at all. */
  | PendingResize
  | { readonly kind: "in-progress"; readonly error?: string };

export interface PendingResize {
  readonly kind: "pending";
  readonly reason: "Deferred" | "Infeasible";
  readonly message: string;
  /** The reason for which a pod would be refused. */
  readonly cause: string;
  /** Of the requesting pod. */
  readonly generation: number | undefined;
}

export const SETTLED: ResizeState = { kind: "settled" };

export const resizableOf = (pod: Pod): readonly Container[] => [...initContainersOf(pod), ...pod.spec.containers];

/** Everything that it requests. */
export const allocationOf = (pod: Pod): Allocation => ({
  whole: pod.spec.resources,
  containers: new Map(resizableOf(pod).map(({ name, resources = {} }) => [name, resources])),
});

export function initialAllocation(pod: Pod): Allocation {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status;
  const known = new Map([...containerStatuses, ...initContainerStatuses].map((status) => [status.name, status]));
  return {
    whole: wholeOf(pod),
    containers: new Map(
      resizableOf(pod).map(({ name, resources = {} }) => [name, allocatedOf(known.get(name)) ?? resources]),
    ),
  };
}

/** The status includes the sum of the containers in pod-level resources. */
function wholeOf({ spec: { resources }, status }: Pod): ResourceRequirements | undefined {
  if (resources === undefined || status.allocatedResources === undefined) return resources;
  const given = { requests: status.allocatedResources, limits: status.resources?.limits };
  const parts = PARTS.flatMap((part) => {
    const names = Object.keys(resources[part] ?? {});
    const known = Object.entries(given[part] ?? {}).filter(([name]) => names.includes(name));
    return resources[part] === undefined ? [] : [[part, Object.fromEntries(known)] as const];
  });
  return { ...resources, ...Object.fromEntries(parts) };
}

function allocatedOf({
  allocatedResources,
  resources,
}: Partial<ContainerStatus> = {}): ResourceRequirements | undefined {
  if (allocatedResources === undefined) return undefined;
  return {
    ...(resources?.limits === undefined ? {} : { limits: resources.limits }),
    requests: allocatedResources,
  };
}

/** The pod with its allocated resources in place of the requested ones. */
export function withAllocation(pod: Pod, allocation: Allocation): Pod {
  const given = (container: Container): Container => {
    const resources = allocation.containers.get(container.name);
    return resources === undefined ? container : { ...container, resources };
  };
  const { containers, initContainers, resources: _, ...spec } = pod.spec;
  return {
    ...pod,
    spec: {
      ...spec,
      ...(allocation.whole && { resources: allocation.whole }),
      containers: containers.map(given),
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map(given) }),
    },
  };
}

const RESOURCES = ["cpu", "memory"] as const;
const PARTS = ["requests", "limits"] as const;

/** Which of cpu and memory differ. */
export const changesOf = (a: ResourceRequirements | undefined, b: ResourceRequirements | undefined) =>
  RESOURCES.filter((resource) =>
    PARTS.some((part) => nanosOf(a?.[part]?.[resource]) !== nanosOf(b?.[part]?.[resource])),
  );

export const requestsOther = (pod: Pod, { whole, containers }: Allocation): boolean =>
  changesOf(pod.spec.resources, whole).length > 0 ||
  resizableOf(pod).some(({ name, resources }) => changesOf(resources, containers.get(name)).length > 0);

/** A container without a limit has its pod's. */
export function withLimitsOf(
  whole: ResourceRequirements | undefined,
  own: ResourceRequirements = {},
): ResourceRequirements {
  const ofPod = Object.entries(whole?.limits ?? {}).filter(([name]) => name === "cpu" || name === "memory");
  return ofPod.length === 0 ? own : { ...own, limits: { ...Object.fromEntries(ofPod), ...own.limits } };
}

/** Why the node cannot give the pod what it requests; undefined if it can. `others` have their allocated resources. */
export function whyNoRoom(
  pod: Pod,
  allocatable: Readonly<Record<string, string | number>>,
  others: readonly Pod[],
): PendingResize | undefined {
  const requests = podAmounts(pod, "requests");
  const { generation } = pod.metadata;
  for (const resource of RESOURCES) {
    const unit = resource === "cpu" ? 1_000_000n : 1_000_000_000n;
    const requested = requests.get(resource) ?? 0n;
    const capacity = nanosOf(allocatable[resource]);
    const head = (what: string) => `Node didn't have enough ${what}: ${resource}, requested: ${requested / unit}`;
    if (requested > capacity) {
      const message = `${head("capacity")}, capacity: ${capacity / unit}`;
      return { kind: "pending", reason: "Infeasible", message, cause: "Infeasible", generation };
    }
    const used = others.reduce((sum, other) => sum + (podAmounts(other, "requests").get(resource) ?? 0n), 0n);
    if (requested + used > capacity) {
      const message = `${head("resource")}, used: ${used / unit}, capacity: ${capacity / unit}`;
      return { kind: "pending", reason: "Deferred", message, cause: `OutOf${resource}`, generation };
    }
  }
  return undefined;
}

const bytesOf = ({ limits }: ResourceRequirements = {}): bigint => nanosOf(limits?.memory) / 1_000_000_000n;

/** A memory limit to be set in place of another. */
export interface LimitChange {
  readonly name: string;
  readonly before: ResourceRequirements | undefined;
  readonly next: ResourceRequirements | undefined;
}

/** Containers whose memory limit would be lowered, or that have none yet. */
export const withLowerLimit = (changes: readonly LimitChange[]): LimitChange[] =>
  changes.filter(({ before, next }) => {
    const [had, limit] = [bytesOf(before), bytesOf(next)];
    return limit > 0n && (had === 0n || limit < had);
  });

/** The same for the pod as a whole. */
export function whyWholeTooLow(
  before: ResourceRequirements | undefined,
  next: ResourceRequirements | undefined,
  used: number,
): string | undefined {
  const [change] = withLowerLimit([{ name: "", before, next }]);
  const limit = bytesOf(change?.next);
  return change === undefined || BigInt(used) < limit
    ? undefined
    : `attempting to set pod memory limit (${limit}) below current usage (${used})`;
}

/**
 * Why these limits would kill running processes, given current usage (bytes by container); undefined if they would not.
 */
export function whyTooLow(changes: readonly LimitChange[], used: ReadonlyMap<string, number>): string | undefined {
  const found = changes.flatMap(({ name, next }) => {
    const [limit, usage] = [bytesOf(next), used.get(name)];
    if (usage === undefined || BigInt(usage) < limit) return [];
    return [`attempting to set container "${name}" memory limit (${limit}) below current usage (${usage})`];
  });
  return found.length > 1 ? `[${found.join(", ")}]` : found[0];
}

/** Whether a change of these resources requires a restart of the container. */
export const wantsRestart = ({ resizePolicy = [] }: Container, changed: readonly string[]): boolean =>
  resizePolicy.some(
    ({ resourceName, restartPolicy }) => restartPolicy === "RestartContainer" && changed.includes(resourceName),
  );

/** A pod that waits until there is room for its resize. */
export interface WaitingForRoom {
  readonly requested: Pod;
  /** The same pod with its allocated resources. */
  readonly given: Pod;
  /** Since when it has been waiting (ms). */
  readonly since: number;
}
