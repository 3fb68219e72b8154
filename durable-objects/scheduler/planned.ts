/** What a batch of decisions consists of. */
import type { Write } from "../../api/store/store.ts";
import type { Placement } from "../../worker/scheduler/binding/placement.ts";
import type { PendingPod, PodFacts } from "../../worker/scheduler/cluster/pod-facts.ts";
import type { Claim } from "../../worker/scheduler/devices/allocate.ts";
import {
  type Change,
  requestsOf,
  type SchedulerRequest,
  writesOf,
} from "../../worker/scheduler/requests/scheduler-request.ts";
import type { Assumed } from "../../worker/scheduler/volumes/volume-writes.ts";

/** A pod's writes, all or nothing. */
export interface Planned {
  readonly pod: PendingPod;
  readonly writes: readonly Write[];
  /** The same as requests, for those who want to be asked. They are made in order, up to the first that must not fail. */
  readonly requests: () => readonly SchedulerRequest[];
  /** Events to send once the rest is written, if somebody wants to be asked about events alone. */
  readonly events?: readonly SchedulerRequest[];
  /** When the attempt to place the pod began (ms), if it succeeded. */
  readonly since?: number;
  /** The node that the pod already counts for. */
  readonly placedOn?: string;
  /** It counts as assigned, but is not bound yet. */
  readonly isExpected?: boolean;
  /** Objects that already count as changed. */
  readonly assumed?: readonly Assumed[];
  /** The claim that was created for this placement alone. */
  readonly made?: Claim;
}

export const plannedOf = (pod: PendingPod, changes: readonly Change[]): Planned => ({
  pod,
  writes: writesOf(changes),
  requests: requestsOf(changes),
});

/** A placement that begins by creating a claim for extended resources, and what that claim is expected to look like. */
export interface Making {
  readonly pod: PendingPod;
  readonly placement: Placement;
  readonly claim: Claim;
  readonly expected: Planned;
}

export interface Evictions {
  readonly preemptor: PendingPod;
  readonly node: string;
  readonly victims: readonly PodFacts[];
}

export interface Batch {
  readonly planned: readonly Planned[];
  readonly makings: readonly Making[];
  readonly evictions: readonly Evictions[];
}
