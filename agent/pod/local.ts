/**
 * What the agent knows of a pod beyond the API's object and the runtime's observation. All of it may be lost in a
 * restart of the agent without a container being restarted for it.
 */
import type { ResourceRequirements, ResourceStatus } from "../../api/generated/core.v1.ts";
import type { BackOff } from "./life/back-off.ts";
import type { Allocation, ResizeState } from "./resize/allocation.ts";

export type ProbeKind = "startup" | "readiness" | "liveness";

export interface ProbeResults {
  readonly startup?: "success" | "failure";
  readonly readiness?: "success" | "failure";
  readonly liveness?: "success" | "failure";
}

/** Why a container does not run though it should: the reasons of `state.waiting`. */
export interface Waiting {
  readonly reason: string;
  readonly message: string;
}

/** The pod is over whatever its containers say: a deadline passed, the node refused it, the node evicted it. */
export interface Verdict {
  readonly reason: string;
  readonly message: string;
  /** Refused before anything ran: the status then has nothing else. */
  readonly refused: boolean;
  /** Why the node ended the pod for its own sake. */
  readonly disruption?: string;
  /** In place of the pod's own. */
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
  /** Containers are being stopped for good: deletion, verdict, or all have ended. */
  readonly terminating: boolean;
  /** Containers removed by RestartAllContainers, by name: restarts so far. */
  readonly restartedAll: ReadonlyMap<string, number>;
  /** RestartAllContainers is under way. */
  readonly restartingAll: boolean;
  readonly allocation: Allocation;
  /** What running containers were given since they started, by id. */
  readonly actual: ReadonlyMap<string, ResourceRequirements>;
  /** What the pod as a whole has. */
  readonly actualWhole: ResourceRequirements | undefined;
  readonly resize: ResizeState;
  /** How the devices are that main containers have, by container name. */
  readonly devices: ReadonlyMap<string, readonly ResourceStatus[]>;
  /** The runtime can mount volumes so that what is mounted below them is read-only too. */
  readonly recursiveReadOnly: boolean;
}
