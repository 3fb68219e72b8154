/** One pod, one snapshot: where it goes, or why nowhere and what room is made for it. */
import type { Cluster } from "./cluster.ts";
import type { Claim } from "./devices/allocate.ts";
import { ClaimFailure } from "./devices/claim-failure.ts";
import { deviceClaimsOf, devicesOf, type Reservation, reservationsAt } from "./devices/pod-claims.ts";
import { findFeasible, prepareFilters, refusalAt } from "./filtering.ts";
import { fitErrorText, NO_NODES } from "./fit-error.ts";
import type { NodeInfo } from "./node-info.ts";
import type { PreparedFilter } from "./node-verdicts.ts";
import { isRefusal, type PendingPod } from "./plugin.ts";
import { claimToDeallocate, dynamicResources } from "./plugins/dynamic-resources.ts";
import { claimsOf } from "./plugins/volume-binding.ts";
import { type Preemption, preempt } from "./preemption.ts";
import { bestNode } from "./scoring.ts";
import { chooseVolumes, type VolumeChoice } from "./volume-choice.ts";

export interface CycleOptions {
  /** 0 ≤ x < 1; breaks ties between nodes that are equally good. */
  readonly random: () => number;
  /** Where to begin looking, so that in time all nodes are looked at. */
  readonly startAt: number;
}

export type Decision =
  | {
      readonly kind: "place";
      readonly node: NodeInfo;
      readonly nextStart: number;
      readonly volumes: VolumeChoice;
      readonly reservations: readonly Reservation[];
    }
  /** Nothing is tried, nor said. */
  | { readonly kind: "wait"; readonly plugins: ReadonlySet<string> }
  | {
      readonly kind: "refuse";
      readonly message: string;
      /** The plugins one of which a change must please to try again. */
      readonly plugins: ReadonlySet<string>;
      readonly preemption: Preemption;
      /** Of the condition, where something is wrong that no node can help. */
      readonly reason?: "SchedulerError";
      /** Its devices are of no use where they are. */
      readonly deallocate?: Claim;
    };

/** kube-scheduler's DynamicResources has nothing to free where the filters never got to it, and says so. */
const NEVER_FILTERED = "not found";
const NO_CLAIMS = "no new claims to deallocate";
const STILL_CLAIMED = "still not schedulable";
const DEALLOCATED = "deallocation of ResourceClaim completed";
const keep: Preemption = { kind: "keep" };

export function schedule(pod: PendingPod, cluster: Cluster, options: CycleOptions): Decision {
  try {
    return decide(pod, cluster, options);
  } catch (failure) {
    if (!(failure instanceof ClaimFailure)) throw failure;
    const { name } = dynamicResources;
    const message = `running "${name}" filter plugin: ${failure.message}`;
    return { kind: "refuse", message, plugins: new Set([name]), preemption: keep, reason: "SchedulerError" };
  }
}

function decide(pod: PendingPod, cluster: Cluster, options: CycleOptions): Decision {
  const allNodes = cluster.nodes.length;
  if (allNodes === 0) return { kind: "refuse", message: NO_NODES, plugins: new Set(), preemption: { kind: "clear" } };
  const prepared = prepareFilters(pod, cluster);
  if (isRefusal(prepared)) {
    if (prepared.silent) return { kind: "wait", plugins: new Set([prepared.plugin]) };
    const before = prepared.reasons.join(", ");
    const plugins = new Set([prepared.plugin]);
    if (prepared.plugin !== dynamicResources.name) {
      const message = fitErrorText({ allNodes, before, refusals: [], after: NEVER_FILTERED });
      return { kind: "refuse", message, plugins, preemption: keep };
    }
    // It is the last of those that look before the filters do: what comes after refusals comes after its own, too.
    const refusals = new Map(cluster.nodes.map((node) => [node, prepared]));
    const { preemption, message: room } = preempt(pod, cluster, { filters: [], refusals, random: options.random });
    const message = fitErrorText({ allNodes, before, refusals: [], after: `${NO_CLAIMS}, preemption: ${room}` });
    return { kind: "refuse", message, plugins, preemption };
  }
  const { filters } = prepared;
  const awaited = awaitedNode(pod, cluster, filters);
  if (awaited) return placement(awaited, pod, { cluster, nextStart: options.startAt });

  const { feasible, scores, refusals, looked } = findFeasible(pod, cluster, { prepared, startAt: options.startAt });
  const node = bestNode(pod, cluster, { nodes: feasible, scores, random: options.random });
  if (node) {
    return placement(node, pod, { cluster, nextStart: (options.startAt + looked) % allNodes });
  }
  const claimed = pod.pod.spec.resourceClaims?.length;
  const deallocate = claimed ? claimToDeallocate(pod, cluster) : undefined;
  const ofClaims = deallocate ? DEALLOCATED : claimed ? STILL_CLAIMED : NO_CLAIMS;
  const { preemption, message } = preempt(pod, cluster, { filters, refusals, random: options.random });
  return {
    kind: "refuse",
    message: fitErrorText({
      allNodes,
      refusals: refusals.values(),
      ...(message === undefined ? {} : { after: `${ofClaims}, preemption: ${message}` }),
    }),
    plugins: new Set([...refusals.values()].map(({ plugin }) => plugin)),
    preemption,
    ...(deallocate && { deallocate }),
  };
}

/** With what is to be done for the pod's claims there. */
const placement = (
  node: NodeInfo,
  pod: PendingPod,
  { cluster, nextStart }: { readonly cluster: Cluster; readonly nextStart: number },
): Decision => ({
  kind: "place",
  node,
  nextStart,
  volumes: volumesAt(node, pod, cluster),
  reservations: devicesAt(node, pod, cluster),
});

const NO_DEVICES: readonly Reservation[] = [];

function devicesAt(node: NodeInfo, pod: PendingPod, cluster: Cluster): readonly Reservation[] {
  if (!pod.pod.spec.resourceClaims?.length) return NO_DEVICES;
  const claims = deviceClaimsOf(pod, cluster) ?? [];
  return reservationsAt(node, pod, { claims, devices: devicesOf(cluster) }) ?? NO_DEVICES;
}

/** The node that room was made on, where there is room by now. */
function awaitedNode(pod: PendingPod, cluster: Cluster, filters: readonly PreparedFilter[]): NodeInfo | undefined {
  const name = pod.pod.status.nominatedNodeName;
  const node = name ? cluster.node(name) : undefined;
  if (!node || filters.some(({ filter }) => filter.only && !filter.only.has(node.name))) return undefined;
  return refusalAt(node, pod, { filters, cluster }) ? undefined : node;
}

const NO_VOLUMES: VolumeChoice = { bind: [], provision: [] };

/** What is to be done for the claims that wait for the pod. */
function volumesAt(node: NodeInfo, pod: PendingPod, cluster: Cluster): VolumeChoice {
  if (pod.volumes.length === 0) return NO_VOLUMES;
  const claims = claimsOf(pod, cluster);
  if (!("waiting" in claims) || claims.waiting.length === 0) return NO_VOLUMES;
  const choice = chooseVolumes(claims.waiting, node, cluster);
  return typeof choice === "string" ? NO_VOLUMES : choice;
}
