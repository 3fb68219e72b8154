/**
 * What the agent knows about a pod beyond the API's object and the runtime's observation. All of it may be lost when
 * the agent restarts, without causing any container to restart.
 */

import type { ResourceRequirements, ResourceStatus } from "../../api/generated/core.v1.ts";
import type { BackOff } from "../back-off.ts";
import type { Waiting } from "../pod-spec/waiting.ts";
import type { ProbeResults } from "../probes/probe-outcome.ts";
import type { Allocation, ResizeState } from "./allocation.ts";

/** The pod is over whatever its containers do: its deadline passed, the node refused it, or the node ended it. */
export interface Verdict {
  readonly reason: string;
  readonly message: string;
  /** Refused before anything ran: the status then contains nothing else. */
  readonly refused: boolean;
  /** The node ended the pod for its own sake: as with a kubelet, it has succeeded if its containers end with 0. */
  readonly endedByNode?: true;
  /** What the condition `DisruptionTarget` says. */
  readonly disruption?: string;
  /** Overrides the pod's own. */
  readonly graceSeconds?: number;
}

export interface PodLocal {
  readonly startTime: number;
  readonly hostIPs: readonly string[];
  /** By container name. */
  readonly waiting: ReadonlyMap<string, Waiting>;
  /** By container name. */
  readonly backOff: ReadonlyMap<string, BackOff>;
  /** By container id. */
  readonly probes: ReadonlyMap<string, ProbeResults>;
  readonly verdict?: Verdict;
  /** Containers are being stopped for good: because of deletion or a verdict, or because all have ended. */
  readonly terminating: boolean;
  /** Containers removed by RestartAllContainers, by name: restarts so far. */
  readonly restartedAll: ReadonlyMap<string, number>;
  /** RestartAllContainers is under way. */
  readonly restartingAll: boolean;
  readonly allocation: Allocation;
  /** Resources set on running containers since they started, by id. */
  readonly actual: ReadonlyMap<string, ResourceRequirements>;
  /** Those of the pod as a whole. */
  readonly actualWhole: ResourceRequirements | undefined;
  readonly resize: ResizeState;
  /** The health of the devices of main containers, by container name. */
  readonly devices: ReadonlyMap<string, readonly ResourceStatus[]>;
  /** Whether the runtime can mount volumes recursively read-only. */
  readonly recursiveReadOnly: boolean;
}
