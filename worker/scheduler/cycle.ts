/** One pod, one snapshot: where it goes, or why nowhere and which room is made for it. */
import { claimNamesOf } from "./cluster/claim-names.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { isRefusal } from "./cluster/node-filter.ts";
import type { NodeInfo } from "./cluster/node-info.ts";
import type { PreparedFilter } from "./cluster/node-verdicts.ts";
import type { PendingPod } from "./cluster/pod-facts.ts";
import { ClaimFailure } from "./devices/claim-failure.ts";
import type { Freed } from "./devices/held-devices.ts";
import {
  type DevicePlan,
  devicesAt,
  devicesOf,
  NO_DEVICES,
  podDevicesOf,
  wantsDevices,
} from "./devices/pod-devices.ts";
import { findFeasible, prepareFilters, refusalAt } from "./filtering.ts";
import { fitErrorText, NO_NODES } from "./framework/fit-error.ts";
import { type ExpectedNode, type PendingPlacement, pendingPlacementOf } from "./pending-placement.ts";
import { claimToFree, dynamicResources } from "./plugins/dynamic-resources.ts";
import { type Preemption, preempt } from "./preemption/preemption.ts";
import { bestNode } from "./scoring.ts";
import { CLAIMS, isBound } from "./volumes/pod-volumes.ts";
import { chooseVolumes, type VolumeChoice } from "./volumes/volume-choice.ts";

export interface CycleOptions {
  /** 0 ≤ x < 1; breaks ties between equally good nodes. */
  readonly random: () => number;
  /** Where to begin among the nodes, so that over time all are considered. */
  readonly startAt: number;
  /** ms since the epoch. */
  readonly now: number;
  readonly expected?: ExpectedNode | undefined;
}

export type Decision =
  | {
      readonly kind: "place";
      readonly node: NodeInfo;
      readonly nextStart: number;
      readonly volumes: VolumeChoice;
      readonly devices: DevicePlan;
    }
  /**
   * Nothing is tried or reported until one of the plugins is satisfied, or the time (ms) has come. With `node`, the pod
   * is to be bound there then.
   */
  | { readonly kind: "wait"; readonly plugins: ReadonlySet<string>; readonly until?: number; readonly node?: NodeInfo }
  | {
      readonly kind: "refuse";
      readonly message: string;
      /** A change that satisfies one of these plugins causes a retry; with `retry`, so does the passage of time. */
      readonly plugins: ReadonlySet<string>;
      readonly retry?: boolean;
      readonly preemption: Preemption;
      /** The condition's reason, if there is an error that no node can solve. */
      readonly reason?: "SchedulerError";
      readonly freed?: readonly Freed[];
    };

/** kube-scheduler's DynamicResources reports this if the filters never reached it. */
const NEVER_FILTERED = "not found";
const NO_CLAIMS = "no new claims to deallocate";
const STILL_CLAIMED = "still not schedulable";
const FREED = {
  deallocate: "deallocation of ResourceClaim completed",
  discard: "deletion of ResourceClaim completed",
  release: "",
};
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
  const pending = pendingPlacementOf(pod, cluster, options);
  if (pending) return afterWaiting(pending, pod, { cluster, nextStart: options.startAt });
  const prepared = prepareFilters(pod, cluster, options.now);
  if (isRefusal(prepared)) {
    if (prepared.silent) return { kind: "wait", plugins: new Set([prepared.plugin]) };
    const before = prepared.reasons.join(", ");
    const plugins = new Set([prepared.plugin]);
    if (prepared.plugin !== dynamicResources.name) {
      const message = fitErrorText({ allNodes, before, refusals: [], after: NEVER_FILTERED });
      return { kind: "refuse", message, plugins, preemption: keep };
    }
    // This plugin is the last to look before the filters do, so its refusals come after the others'.
    const refusals = new Map(cluster.nodes.map((node) => [node, prepared]));
    const { preemption, message: room } = preempt(pod, cluster, { filters: [], refusals, random: options.random });
    const message = fitErrorText({ allNodes, before, refusals: [], after: `${NO_CLAIMS}, preemption: ${room}` });
    return { kind: "refuse", message, plugins, preemption };
  }
  const { filters } = prepared;
  const awaited = awaitedNode(pod, cluster, filters);
  if (awaited) return placement(awaited, pod, { cluster, nextStart: options.startAt });

  const { feasible, refusals, looked } = findFeasible(pod, cluster, { prepared, startAt: options.startAt });
  const node = bestNode(pod, cluster, { among: feasible, random: options.random });
  if (node) {
    return placement(node, pod, { cluster, nextStart: (options.startAt + looked) % allNodes });
  }
  const wanted = podDevicesOf(pod, cluster);
  const freed = claimToFree(pod, cluster, { refusals, now: options.now });
  const ofClaims = freed ? FREED[freed.kind] : wanted && wantsDevices(wanted) ? STILL_CLAIMED : NO_CLAIMS;
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
    ...(freed && { freed: [freed] }),
  };
}

/** Including what must be done for the pod's claims there. */
const placement = (
  node: NodeInfo,
  pod: PendingPod,
  { cluster, nextStart }: { readonly cluster: Cluster; readonly nextStart: number },
): Decision => ({
  kind: "place",
  node,
  nextStart,
  volumes: volumesAt(node, pod, cluster),
  devices: devicesOn(node, pod, cluster),
});

function devicesOn(node: NodeInfo, pod: PendingPod, cluster: Cluster): DevicePlan {
  const wanted = podDevicesOf(pod, cluster);
  if (!wanted || !wantsDevices(wanted) || wanted.made) return NO_DEVICES;
  const plan = devicesAt(node, pod, { wanted, devices: devicesOf(cluster) });
  return typeof plan === "string" ? NO_DEVICES : plan;
}

function afterWaiting(
  pending: PendingPlacement,
  pod: PendingPod,
  { cluster, nextStart }: { readonly cluster: Cluster; readonly nextStart: number },
): Decision {
  switch (pending.kind) {
    case "ready":
      return placement(pending.node, pod, { cluster, nextStart });
    case "wait":
      return pending;
    case "failed":
      return {
        kind: "refuse",
        message: `running PreBind plugin "${pending.plugin}": ${pending.why}`,
        plugins: new Set([pending.plugin]),
        retry: true,
        preemption: { kind: "clear" },
        reason: "SchedulerError",
        freed: pending.freed,
      };
  }
}

/** The node on which room was made, if the room is there by now. */
function awaitedNode(pod: PendingPod, cluster: Cluster, filters: readonly PreparedFilter[]): NodeInfo | undefined {
  const name = pod.pod.status.nominatedNodeName;
  const node = name ? cluster.node(name) : undefined;
  if (!node || filters.some(({ filter }) => filter.only && !filter.only.has(node.name))) return undefined;
  return refusalAt(node, pod, { filters, cluster }) ? undefined : node;
}

const NO_VOLUMES: VolumeChoice = { bind: [], provision: [] };

/** What must be done for claims that wait for the pod. */
function volumesAt(node: NodeInfo, pod: PendingPod, cluster: Cluster): VolumeChoice {
  if (pod.volumes.length === 0) return NO_VOLUMES;
  const claims = claimNamesOf(pod).map(({ name }) => cluster.get(CLAIMS, pod.namespace, name));
  const waiting = claims.filter((claim) => claim !== undefined).filter((claim) => !isBound(claim));
  const choice = chooseVolumes(waiting, node, cluster);
  return typeof choice === "string" ? NO_VOLUMES : choice;
}
