import type { DeviceClass } from "../../../api/generated/resource.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { DEVICE_CLASSES, deviceClassOf, standsFor } from "../../../api/resources/resource/extended-resource.ts";
import { type Amounts, amountsOf } from "../cluster/amounts.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { changesAllocatable, type NodeChange } from "../cluster/node-change.ts";
import type { Refusal } from "../cluster/node-filter.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import { MAX_NODE_SCORE, type Plugin } from "../framework/plugin.ts";

const NAME = "NodeResourcesFit";
const insufficient = new Map<string, Refusal>();

/** The pod's requests must be available; nodes with more left score higher. */
export const nodeResourcesFit: Plugin = {
  name: NAME,
  weight: 1,
  nodeFilter: ({ requests }, cluster) => {
    const scalars = [...requests.scalars].flatMap(([name, amount]) =>
      amount > 0 ? { name, amount, hasDevices: hasDevices(name, cluster) } : [],
    );
    return { check: (node) => refusalOf(node, requests, scalars) };
  },
  nodeScore:
    ({ scored }) =>
    (node) =>
      leastAllocated(node, scored),
  helps: (change, pod, cluster) => {
    switch (change.kind) {
      case "node":
        return (
          mayHold(change.node.status.allocatable, pod.requests, cluster) &&
          (!change.previous || (changesAllocatable(change) && offersMore(change, pod.requests, cluster)))
        );
      case "assigned-pod-deleted":
        // Every pod that leaves frees at least a place.
        return true;
      case "assigned-pod":
        // It was scaled down in place.
        return change.previous !== undefined && frees(change.previous.requests, change.pod.requests, pod.requests);
      case "object":
        // Its devices may be what the pod requests by another name.
        return (
          change.resource === DEVICE_CLASSES &&
          !change.deleted &&
          standsFor(change.object as Stored<DeviceClass>, pod.requests.scalars)
        );
      default:
        return false;
    }
  },
};

const hasDevices = (resource: string, cluster: Cluster) =>
  deviceClassOf(resource, cluster.list(DEVICE_CLASSES)) !== undefined;

interface Scalar {
  readonly name: string;
  readonly amount: number;
  /** If a node has none of the resource, DynamicResources decides. */
  readonly hasDevices: boolean;
}

function refusalOf(node: NodeInfo, requested: Amounts, scalars: readonly Scalar[]): Refusal | undefined {
  const { allocatable } = node;
  const fits =
    node.pods.size + 1 <= node.allowedPods &&
    requested.cpu <= allocatable.cpu - node.cpu &&
    requested.memory <= allocatable.memory - node.memory &&
    requested.ephemeralStorage <= allocatable.ephemeralStorage - node.ephemeralStorage;
  if (fits && scalars.length === 0) return undefined;
  const lacking: string[] = [];
  let resolvable = true;
  if (node.pods.size + 1 > node.allowedPods) lacking.push("Too many pods");
  const check = (resource: string, amount: number, used: number, total: number) => {
    if (amount === 0 || amount <= total - used) return;
    lacking.push(`Insufficient ${resource}`);
    // Evicting pods cannot provide what the node never had.
    if (amount > total) resolvable = false;
  };
  check("cpu", requested.cpu, node.cpu, allocatable.cpu);
  check("memory", requested.memory, node.memory, allocatable.memory);
  check("ephemeral-storage", requested.ephemeralStorage, node.ephemeralStorage, allocatable.ephemeralStorage);
  for (const { name, amount, hasDevices } of scalars) {
    const total = allocatable.scalars.get(name) ?? 0;
    if (total > 0 || !hasDevices) check(name, amount, node.scalars.get(name) ?? 0, total);
  }
  return lacking.length === 0 ? undefined : remembered(lacking, resolvable);
}

/** Equal refusals on many nodes share one value. */
function remembered(reasons: readonly string[], resolvable: boolean): Refusal {
  const key = `${resolvable} ${reasons}`;
  let refusal = insufficient.get(key);
  if (!refusal) {
    if (insufficient.size > 1000) insufficient.clear();
    refusal = { plugin: NAME, reasons, resolvable };
    insufficient.set(key, refusal);
  }
  return refusal;
}

/** Kubernetes' LeastAllocated, with equal weights for CPU and memory. */
function leastAllocated(
  { allocatable, scoredCpu, scoredMemory }: NodeInfo,
  requested: { cpu: number; memory: number },
) {
  const left = (used: number, total: number) =>
    total === 0 || used > total ? 0 : Math.trunc(((total - used) * MAX_NODE_SCORE) / total);
  const counted = Number(allocatable.cpu > 0) + Number(allocatable.memory > 0);
  if (counted === 0) return 0;
  return Math.trunc(
    (left(scoredCpu + requested.cpu, allocatable.cpu) + left(scoredMemory + requested.memory, allocatable.memory)) /
      counted,
  );
}

function mayHold(
  allocatable: Readonly<Record<string, string | number>> | undefined,
  requested: Amounts,
  cluster: Cluster,
): boolean {
  const total = amountsOf(allocatable);
  if (
    requested.cpu > total.cpu ||
    requested.memory > total.memory ||
    requested.ephemeralStorage > total.ephemeralStorage
  )
    return false;
  return [...requested.scalars].every(([resource, amount]) => {
    const offered = total.scalars.get(resource) ?? 0;
    return amount <= offered || (offered === 0 && hasDevices(resource, cluster));
  });
}

/** More of what the pod requests, or of pod slots. */
function offersMore({ node, previous }: NodeChange, requested: Amounts, cluster: Cluster): boolean {
  const [after, before] = [node.status.allocatable, previous?.status.allocatable];
  const [total, was] = [amountsOf(after), amountsOf(before)];
  if (Number(after?.pods ?? 0) > Number(before?.pods ?? 0)) return true;
  const grows = (amount: number, now: number, then: number) => amount > 0 && now > then;
  return (
    grows(requested.cpu, total.cpu, was.cpu) ||
    grows(requested.memory, total.memory, was.memory) ||
    grows(requested.ephemeralStorage, total.ephemeralStorage, was.ephemeralStorage) ||
    [...requested.scalars].some(([resource, amount]) => {
      const [now, then] = [total.scalars.get(resource) ?? 0, was.scalars.get(resource) ?? 0];
      return grows(amount, now, then) || (amount > 0 && now === 0 && hasDevices(resource, cluster));
    })
  );
}

function frees(before: Amounts, after: Amounts, requested: Amounts): boolean {
  return (
    (requested.cpu > 0 && after.cpu < before.cpu) ||
    (requested.memory > 0 && after.memory < before.memory) ||
    (requested.ephemeralStorage > 0 && after.ephemeralStorage < before.ephemeralStorage)
  );
}
