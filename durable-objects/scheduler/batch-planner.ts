/**
 * Decides for as many pods as fit into a turn, and makes each decision writes. What is decided counts as done from then on: the
 * state is changed ahead of the store, and the loop takes back what could not be written.
 */

import type { Write } from "../../api/store.ts";
import { EventStamps } from "../../client/events/event-stamps.ts";
import { type Placement, planPlacement } from "../../worker/scheduler/binding/placement.ts";
import { failureEvent, refusalWrite, withoutNomination } from "../../worker/scheduler/binding/writes.ts";
import type { ClusterChange } from "../../worker/scheduler/cluster/cluster-change.ts";
import { type PendingPod, type PodFacts, placedOn } from "../../worker/scheduler/cluster/pod-facts.ts";
import { schedule } from "../../worker/scheduler/cycle.ts";
import type { Claim } from "../../worker/scheduler/devices/allocate.ts";
import { deallocate, release } from "../../worker/scheduler/devices/claim-writes.ts";
import { DEVICE_CLAIMS } from "../../worker/scheduler/devices/device-use.ts";
import { claimToMake } from "../../worker/scheduler/devices/extended-claim.ts";
import type { EventStamp } from "../../worker/scheduler/events/event.ts";
import { EventSeries } from "../../worker/scheduler/events/event-series.ts";
import { dynamicResources, type Freed } from "../../worker/scheduler/plugins/dynamic-resources.ts";
import type { SchedulerState } from "../../worker/scheduler/state.ts";
import type { Assumed } from "../../worker/scheduler/volumes/volume-writes.ts";

/** How long placing may hold the thread before others get a turn. */
const TURN_MS = 15;
/**
 * So many placements, some 40 µs each, are made all the same: on a machine that is short of processors the clock runs on
 * without us, and a batch of few costs as many calls as one of many.
 */
const LEAST = 250;
/** What one commit takes, so that it stays short. */
const BATCH = 512;

/** A pod's writes; they stand or fall together. */
export interface Planned {
  readonly pod: PendingPod;
  readonly writes: readonly Write[];
  /** The node it counts for already. */
  readonly placedOn?: string;
  /** Objects that count as changed already. */
  readonly assumed?: readonly Assumed[];
  /** It was made for this alone. */
  readonly made?: Claim;
}

/** A placement that begins with a claim for extended resources, and what it will be as far as that is known before. */
export interface Making {
  readonly pod: PendingPod;
  readonly placement: Placement;
  readonly claim: Claim;
  readonly expected: Planned;
}

interface Decided {
  readonly plan?: Planned;
  readonly making?: Making;
  readonly eviction?: Evictions;
  /** Pods that have lost the room that was being made for them. */
  readonly outranked?: readonly Planned[];
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

export interface BatchPlannerOptions {
  readonly now: () => number;
  readonly random: () => number;
  readonly newUid: () => string;
  readonly complain: (what: string, error: unknown) => void;
}

export class BatchPlanner {
  readonly #options: BatchPlannerOptions;
  readonly events = new EventSeries();
  /** Claims that were made and came to nothing. */
  #unused: Claim[] = [];
  #startAt = 0;
  readonly #stamps = new EventStamps();

  constructor(options: BatchPlannerOptions) {
    this.#options = options;
  }

  /** As many decisions as fit into a turn. */
  batch(state: SchedulerState): Batch {
    const { now } = this.#options;
    const planned: Planned[] = [];
    const makings: Making[] = [];
    const evictions: Evictions[] = [];
    const ends = now() + TURN_MS;
    let dear = false;
    while (planned.length + makings.length < BATCH && (now() < ends || (planned.length < LEAST && !dear))) {
      const pod = state.queue.take();
      if (!pod) break;
      try {
        const { plan, making, eviction, outranked = [] } = this.#decide(pod, state);
        if (plan) planned.push(plan);
        if (making) makings.push(making);
        planned.push(...outranked);
        // Who fits nowhere has been looked for everywhere.
        dear ||= plan?.placedOn === undefined;
        if (eviction) evictions.push(eviction);
      } catch (error) {
        this.#options.complain(pod.key, error);
        state.queue.postpone(pod, now());
      }
    }
    return { planned, makings, evictions };
  }

  #decide(pod: PendingPod, state: SchedulerState): Decided {
    const { cluster, queue } = state;
    const now = this.#options.now();
    const decision = schedule(pod, cluster, { random: this.#options.random, startAt: this.#startAt, now });
    if (decision.kind === "wait") {
      queue.hold(pod, decision.plugins, { now, ...(decision.until !== undefined && { due: decision.until }) });
      return {};
    }
    if (decision.kind === "place") {
      this.#startAt = decision.nextStart;
      return this.#place(pod, decision, state);
    }
    const { message, plugins, preemption } = decision;
    if (decision.retry) queue.postpone(pod, now);
    else queue.refuse(pod, plugins, now);
    const nominated = preemption.kind === "keep" ? undefined : preemption.kind === "clear" ? "" : preemption.node;
    if (nominated !== undefined) cluster.nominate(pod, nominated);
    const outranked = nominated ? cluster.outranked(nominated, pod) : [];
    for (const other of outranked) cluster.nominate(other, "");
    const said = this.#refusal(pod, { message, nominated, now, ...(decision.reason && { reason: decision.reason }) });
    const freed = decision.freed?.flatMap((each) => this.#free(each, pod)) ?? [];
    return {
      plan: { pod, writes: [...said, ...freed] },
      outranked: outranked.map((other) => ({ pod: other, writes: [withoutNomination(other, now)] })),
      ...(preemption.kind === "nominate"
        ? { eviction: { preemptor: pod, node: preemption.node, victims: preemption.victims } }
        : {}),
    };
  }

  /** Says why the pod waits, in its status and as an event, where that is news. */
  #refusal(pod: PendingPod, why: Parameters<typeof refusalWrite>[1]): Write[] {
    const status = refusalWrite(pod, why);
    const event = this.events.record(failureEvent(pod, why.message), this.stamp(), status !== undefined);
    return [status, event].filter((write) => write !== undefined);
  }

  #free({ kind, claim }: Freed, pod: PendingPod): Write[] {
    const now = this.#options.now();
    switch (kind) {
      case "deallocate":
        return [deallocate(claim, now)];
      case "release":
        return [release(claim, pod, now)];
      case "discard":
        this.#unused.push(claim);
        return [];
    }
  }

  /** Where the pod needs a claim made, all else waits for that; what it is given counts as taken. */
  #place(pod: PendingPod, placement: Placement, state: SchedulerState): Decided {
    const { extended } = placement.devices;
    if (!extended || placement.volumes.provision.length > 0) {
      const plan = this.#plan(pod, placement, state);
      return plan ? { plan } : {};
    }
    const random = Uint8Array.from({ length: 5 }, () => Math.floor(this.#options.random() * 256));
    const claim = claimToMake(pod, extended, random);
    const expected = this.#plan(pod, { ...placement, made: claim }, state);
    return expected ? { making: { pod, placement, claim, expected } } : {};
  }

  /** The placement as writes, which counts as done. */
  #plan(pod: PendingPod, placement: Placement, { cluster, queue }: SchedulerState): Planned | undefined {
    const stamp = this.stamp();
    const plan = planPlacement(pod, placement, { newId: this.#options.newUid, stamp });
    if (!plan) return undefined;
    const { writes, assumed, awaits } = plan;
    const { name: node, labels } = placement.node;
    for (const { resource, after } of assumed) cluster.setObject(resource, after);
    const planned = { pod, writes, assumed, ...(placement.made && { made: placement.made }) };
    if (awaits) {
      // Until it is bound its room is kept.
      queue.hold(pod, new Set([awaits.plugin]), {
        now: stamp.now,
        ...(awaits.until !== undefined && { due: awaits.until }),
      });
      cluster.nominate(pod, node);
      return planned;
    }
    cluster.assign(placedOn(pod, node, labels));
    cluster.forgetNomination(pod.key);
    return { ...planned, placedOn: node };
  }

  /** What follows on the claim that was made. */
  withMade({ pod, placement, claim, expected }: Making, made: Claim, state: SchedulerState): Planned | undefined {
    // It is only done over: nobody else gets what it has.
    revert(expected, state);
    state.cluster.deleteObject(DEVICE_CLAIMS, claim);
    const planned = this.#plan(pod, { ...placement, made }, state);
    if (!planned) this.#unused.push(made);
    return planned;
  }

  /** Or that it could not be, and why. */
  withoutMade(making: Making, why: string, state: SchedulerState): Planned {
    const { pod } = making;
    this.unmake(making, state);
    const now = this.#options.now();
    const { name } = dynamicResources;
    const message = `running PreBind plugin "${name}": create claim for extended resources ${pod.namespace}/: ${why}`;
    state.queue.postpone(pod, now);
    state.cluster.nominate(pod, "");
    return { pod, writes: this.#refusal(pod, { message, nominated: "", now, reason: "SchedulerError" }) };
  }

  unmake({ claim, expected }: Pick<Making, "claim" | "expected">, state: SchedulerState): void {
    const { made: _, ...unmade } = expected;
    this.takeBack(unmade, state);
    state.cluster.deleteObject(DEVICE_CLAIMS, claim);
  }

  /** It could not be written, and counts no more as done: what it would have had may be had by others. */
  takeBack(planned: Planned, state: SchedulerState): void {
    for (const change of revert(planned, state)) state.queue.react(change, state.cluster, this.#options.now());
    if (planned.made) this.#unused.push(planned.made);
  }

  /** Claims to discard, each told once. */
  takeUnused(): readonly Claim[] {
    const unused = this.#unused;
    this.#unused = [];
    return unused;
  }

  stamp(): EventStamp {
    const now = this.#options.now();
    return { uid: this.#options.newUid(), now, suffix: this.#stamps.next(now) };
  }
}

/** Answers what changed by that. */
function revert({ pod, placedOn, assumed = [] }: Planned, { cluster }: SchedulerState): ClusterChange[] {
  const changes: ClusterChange[] = [];
  const gone = placedOn === undefined ? undefined : cluster.unassign(pod.key);
  if (gone) changes.push({ kind: "assigned-pod-deleted", pod: gone });
  for (const { resource, before, after } of assumed) {
    const { namespace = "", name } = before.metadata;
    if (cluster.get(resource, namespace, name) === after) changes.push(cluster.setObject(resource, before));
  }
  return changes;
}
