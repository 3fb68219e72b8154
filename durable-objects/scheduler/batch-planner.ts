/**
 * Decides for as many pods as fit into a turn, and turns each decision into writes. A decision counts as done at once:
 * the state runs ahead of the store, and the loop takes back what could not be written.
 */
import { EventStamps } from "../../client/events/event-stamps.ts";
import { type Placement, planPlacement } from "../../worker/scheduler/binding/placement.ts";
import { failureEvent, refusalChange, withoutNomination } from "../../worker/scheduler/binding/writes.ts";
import type { Expectation } from "../../worker/scheduler/cluster/cluster.ts";
import { type PendingPod, type PodFacts, placedOn } from "../../worker/scheduler/cluster/pod-facts.ts";
import { schedule } from "../../worker/scheduler/cycle.ts";
import type { Claim } from "../../worker/scheduler/devices/allocate.ts";
import { deallocate, release } from "../../worker/scheduler/devices/claim-writes.ts";
import { DEVICE_CLAIMS } from "../../worker/scheduler/devices/device-use.ts";
import { claimToMake } from "../../worker/scheduler/devices/extended-claim.ts";
import { type Freed, freedOf, heldDevicesOf } from "../../worker/scheduler/devices/held-devices.ts";
import { podDevicesOf } from "../../worker/scheduler/devices/pod-devices.ts";
import type { EventStamp } from "../../worker/scheduler/events/event.ts";
import { EventSeries } from "../../worker/scheduler/events/event-series.ts";
import { dynamicResources } from "../../worker/scheduler/plugins/dynamic-resources.ts";
import type { Change } from "../../worker/scheduler/requests/scheduler-request.ts";
import type { SchedulerState } from "../../worker/scheduler/state.ts";
import { type Batch, type Evictions, type Making, type Planned, plannedOf } from "./planned.ts";
import { revertPlan } from "./revert-plan.ts";
import { type AttemptResult, SchedulingMetrics } from "./scheduling-metrics.ts";

/** How long placing may hold the thread before other work gets a turn. */
const TURN_MS = 15;
/**
 * This many placements (some 40 µs each) are made in any case: on a machine short of CPU the clock runs on without us,
 * and a small batch costs as many calls as a large one.
 */
const MIN_PLACEMENTS = 250;
/** The most that one commit takes, so that commits stay short. */
const MAX_PLACEMENTS = 512;

/**
 * How long a pod waits on its node for its volumes before it has to be placed again: kube-scheduler's
 * bindTimeoutSeconds.
 */
const MAX_EXPECTATION_MS = 600_000;

interface Decided {
  readonly plan?: Planned;
  readonly making?: Making;
  readonly eviction?: Evictions;
  readonly failed?: AttemptResult;
  /** Pods that lost the room that was being made for them. */
  readonly displaced?: readonly Planned[];
}

export interface BatchPlannerOptions {
  readonly now: () => number;
  readonly random: () => number;
  readonly newUid: () => string;
  readonly onError: (what: string, error: unknown) => void;
}

export class BatchPlanner {
  readonly #options: BatchPlannerOptions;
  readonly events = new EventSeries();
  readonly metrics = new SchedulingMetrics();
  /** Claims that were created and not used. */
  #unused: Claim[] = [];
  #startAt = 0;
  readonly #stamps = new EventStamps();

  constructor(options: BatchPlannerOptions) {
    this.#options = options;
  }

  /** Makes as many decisions as fit into a turn. */
  batch(state: SchedulerState): Batch {
    const { now } = this.#options;
    const planned: Planned[] = [];
    const makings: Making[] = [];
    const evictions: Evictions[] = [];
    const ends = now() + TURN_MS;
    let hasSearchedAll = false;
    while (
      planned.length + makings.length < MAX_PLACEMENTS &&
      (now() < ends || (planned.length < MIN_PLACEMENTS && !hasSearchedAll))
    ) {
      const [pod, began] = [state.queue.take(), now()];
      if (!pod) break;
      try {
        const { plan, making, eviction, failed, displaced = [] } = this.#decide(pod, state);
        if (failed) this.metrics.attempted(failed, now() - began);
        if (plan) planned.push(plan);
        if (making) makings.push(making);
        planned.push(...displaced);
        // A pod that fits nowhere has been tried everywhere.
        hasSearchedAll ||= plan?.placedOn === undefined;
        if (eviction) evictions.push(eviction);
      } catch (error) {
        this.#options.onError(pod.key, error);
        this.metrics.attempted("error", now() - began);
        state.queue.postpone(pod, now());
      }
    }
    return { planned, makings, evictions };
  }

  /** What the pod was expected to take does not count against it. */
  #decide(pod: PendingPod, state: SchedulerState): Decided {
    const { cluster, queue } = state;
    const expected = cluster.expected(pod.key);
    const before = cluster.unexpect(pod.key);
    const decided = this.#decideAnew(pod, state, expected);
    if (before && !cluster.assigned(pod.key))
      queue.react({ kind: "assigned-pod-deleted", pod: before }, cluster, this.#options.now());
    return decided;
  }

  #decideAnew(pod: PendingPod, state: SchedulerState, expected: Expectation | undefined): Decided {
    const { cluster, queue } = state;
    const now = this.#options.now();
    const meant = expected && { node: expected.node, until: expected.since + MAX_EXPECTATION_MS };
    const { random } = this.#options;
    const decision = schedule(pod, cluster, { random, startAt: this.#startAt, now, expected: meant });
    if (decision.kind === "wait") {
      const { plugins, node, until } = decision;
      const since = expected?.since ?? now;
      const due = until ?? (node && since + MAX_EXPECTATION_MS);
      queue.hold(pod, plugins, { now, ...(due !== undefined && { due }) });
      if (node) cluster.expect({ pod, node, since });
      return {};
    }
    if (decision.kind === "place") {
      this.#startAt = decision.nextStart;
      return this.#place(pod, decision, state);
    }
    const { message, plugins, preemption } = decision;
    if (decision.retry) queue.postpone(pod, now);
    else queue.refuse(pod, plugins, now);
    this.metrics.preempted(preemption.kind === "nominate" ? preemption.victims.length : undefined);
    const nominated = preemption.kind === "keep" ? undefined : preemption.kind === "clear" ? "" : preemption.node;
    if (nominated !== undefined) cluster.nominate(pod, nominated);
    const outranked = nominated ? cluster.displaced(nominated, pod) : [];
    for (const other of outranked) cluster.nominate(other, "");
    const refusal = this.#refusal(pod, {
      message,
      nominated,
      now,
      ...(decision.reason && { reason: decision.reason }),
    });
    const freed = decision.freed?.flatMap((each) => this.#free(each, pod)) ?? [];
    const displaced = outranked.map((other) => plannedOf(other, [withoutNomination(other, now)]));
    const { bound, moved } = this.#victims(preemption.kind === "nominate" ? preemption.victims : [], state);
    return {
      plan: plannedOf(pod, [...refusal, ...freed]),
      failed: decision.reason === "SchedulerError" ? "error" : "unschedulable",
      displaced: [...displaced, ...moved],
      ...(preemption.kind === "nominate"
        ? { eviction: { preemptor: pod, node: preemption.node, victims: bound } }
        : {}),
    };
  }

  /** Those to delete, and those that look for another node without their devices, since they are not bound yet. */
  #victims(
    victims: readonly PodFacts[],
    { cluster, queue }: SchedulerState,
  ): { readonly bound: readonly PodFacts[]; readonly moved: readonly Planned[] } {
    const now = this.#options.now();
    const bound: PodFacts[] = [];
    const moved: Planned[] = [];
    for (const victim of victims) {
      const expected = cluster.expected(victim.key);
      const gone = cluster.unexpect(victim.key);
      if (!expected || !gone) {
        bound.push(victim);
        continue;
      }
      const { pod, node } = expected;
      const wanted = podDevicesOf(pod, cluster);
      const held = wanted && heldDevicesOf(pod, wanted, node);
      const freed = held ? freedOf(held).flatMap((each) => this.#free(each, pod)) : [];
      if (freed.length > 0) moved.push(plannedOf(pod, freed));
      queue.postpone(pod, now);
      queue.react({ kind: "assigned-pod-deleted", pod: gone }, cluster, now);
    }
    return { bound, moved };
  }

  /** Reports why the pod waits, as its condition and as an event, if that is news. */
  #refusal(pod: PendingPod, why: Parameters<typeof refusalChange>[1]): Change[] {
    const status = refusalChange(pod, why);
    const event = this.events.record(failureEvent(pod, why.message), this.stamp(), status !== undefined);
    return [status, event].filter((change) => change !== undefined);
  }

  #free({ kind, claim }: Freed, pod: PendingPod): Change[] {
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

  /** If the pod needs a claim to be created, everything else waits for that; the devices it is given count as taken. */
  #place(pod: PendingPod, placement: Placement, state: SchedulerState): Decided {
    const { extended } = placement.devices;
    if (!extended) {
      const plan = this.#plan(pod, placement, state);
      return plan ? { plan } : {};
    }
    const random = Uint8Array.from({ length: 5 }, () => Math.floor(this.#options.random() * 256));
    const claim = claimToMake(pod, extended, random);
    const expected = this.#plan(pod, { ...placement, made: claim }, state);
    return expected ? { making: { pod, placement, claim, expected } } : {};
  }

  /** The placement as writes. It counts as done. */
  #plan(pod: PendingPod, placement: Placement, { cluster, queue }: SchedulerState): Planned | undefined {
    const stamp = this.stamp();
    const plan = planPlacement(pod, placement, { newId: this.#options.newUid, stamp });
    if (!plan) return undefined;
    const { writes, requests, assumed, awaits } = plan;
    const { name: node, labels } = placement.node;
    for (const { resource, after } of assumed) cluster.setObject(resource, after);
    const planned = {
      pod,
      writes,
      requests,
      assumed,
      since: stamp.now,
      ...(placement.made && { made: placement.made }),
    };
    if (awaits) {
      // Its room is kept until it is bound.
      queue.hold(pod, awaits.plugins, {
        now: stamp.now,
        due: awaits.until ?? stamp.now + MAX_EXPECTATION_MS,
      });
      cluster.expect({ pod, node: placement.node, since: stamp.now });
      return { ...planned, isExpected: true };
    }
    cluster.assign(placedOn(pod, node, labels));
    cluster.removeNomination(pod.key);
    return { ...planned, placedOn: node };
  }

  /** Continues once the claim was created. */
  withMade({ pod, placement, claim, expected }: Making, made: Claim, state: SchedulerState): Planned | undefined {
    // It is decided again at once, so nobody else gets its devices in between.
    revertPlan(expected, state);
    state.cluster.deleteObject(DEVICE_CLAIMS, claim);
    const planned = this.#plan(pod, { ...placement, made }, state);
    if (!planned) this.#unused.push(made);
    return planned;
  }

  /** Continues when the claim could not be created, for this reason. */
  withoutMade(making: Making, why: string, state: SchedulerState): Planned {
    const { pod } = making;
    this.unmake(making, state);
    const { name } = dynamicResources;
    const message = `running PreBind plugin "${name}": create claim for extended resources ${pod.namespace}/: ${why}`;
    return this.postpone(pod, message, state);
  }

  /** The pod waits for its back-off, and says why. */
  postpone(pod: PendingPod, message: string, { cluster, queue }: SchedulerState): Planned {
    const now = this.#options.now();
    queue.postpone(pod, now);
    cluster.nominate(pod, "");
    return plannedOf(pod, this.#refusal(pod, { message, nominated: "", now, reason: "SchedulerError" }));
  }

  unmake({ claim, expected }: Pick<Making, "claim" | "expected">, state: SchedulerState): void {
    const { made: _, ...unmade } = expected;
    this.rollBack(unmade, state);
    state.cluster.deleteObject(DEVICE_CLAIMS, claim);
  }

  /** The writes failed: the placement no longer counts as done, and others may have the room. */
  rollBack(planned: Planned, state: SchedulerState): void {
    for (const change of revertPlan(planned, state)) state.queue.react(change, state.cluster, this.#options.now());
    if (planned.made) this.#unused.push(planned.made);
  }

  /** Claims to discard; each is returned once. */
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
