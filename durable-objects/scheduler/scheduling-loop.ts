/**
 * Runs the scheduler: catch up with the log, place what is ready against one snapshot, write the batch in one commit.
 * Pods that come while a batch is being written make the next one. Knows no platform; time and waking are given.
 */
import type { CommitResult, Revision, Revisions, Store, Write } from "../../api/store.ts";
import { schedule } from "../../worker/scheduler/cycle.ts";
import { deallocate, reserveClaim } from "../../worker/scheduler/devices/claim-writes.ts";
import type { EventStamp } from "../../worker/scheduler/event.ts";
import { EventSeries } from "../../worker/scheduler/event-series.ts";
import { EVENTS } from "../../worker/scheduler/event-write.ts";
import type { PendingPod } from "../../worker/scheduler/plugin.ts";
import { volumeBinding } from "../../worker/scheduler/plugins/volume-binding.ts";
import { type PodFacts, placedOn } from "../../worker/scheduler/pod-facts.ts";
import { SELECTED_NODE } from "../../worker/scheduler/pod-volumes.ts";
import type { SchedulerState } from "../../worker/scheduler/state.ts";
import { type Assumed, askFor, reserve } from "../../worker/scheduler/volume-writes.ts";
import {
  bindingWrites,
  failureEvent,
  nominationWrite,
  preemptedEvent,
  refusalWrite,
  withoutNomination,
} from "../../worker/scheduler/writes.ts";
import { type Asked, StateFollower } from "./state-follower.ts";

/** How long placing may hold the thread before others get a turn. */
const TURN_MS = 15;
/**
 * So many placements, some 40 µs each, are made all the same: on a machine that is short of processors the clock runs on
 * without us, and a batch of few costs as many calls as one of many.
 */
const LEAST = 250;
/** What one commit takes, so that it stays short. */
const BATCH = 512;

export interface SchedulingLoopOptions {
  readonly store: Pick<Store, "list" | "texts" | "status" | "commit">;
  /** The API in the scheduler's name, for what is no placement: ends a pod to make room for another. */
  readonly evict: (victim: PodFacts, preemptor: PendingPod) => Promise<void>;
  readonly now: () => number;
  readonly random: () => number;
  readonly newUid: () => string;
  /** Calls {@link SchedulingLoop.run} again at that time; undefined: nothing waits. */
  readonly wakeAt: (at: number | undefined) => void;
  readonly complain: (what: string, error: unknown) => void;
  /** Lets the loop look at the network, which waits for as long as there are calls within the process. */
  readonly pause: () => Promise<void>;
}

/** A pod's writes; they stand or fall together. */
interface Planned {
  readonly pod: PendingPod;
  readonly writes: readonly Write[];
  /** The node it counts for already. */
  readonly placedOn?: string;
  /** Objects that count as changed already. */
  readonly assumed?: readonly Assumed[];
}

interface Decided {
  readonly plan?: Planned;
  readonly eviction?: Evictions;
  /** Pods that have lost the room that was being made for them. */
  readonly outranked?: readonly Planned[];
}

interface Evictions {
  readonly preemptor: PendingPod;
  readonly node: string;
  readonly victims: readonly PodFacts[];
}

export class SchedulingLoop {
  readonly #options: SchedulingLoopOptions;
  readonly #follower: StateFollower;
  /** As of the last look at the log. */
  #state: SchedulerState | undefined;
  readonly #events = new EventSeries();
  #startAt = 0;
  #lastStamp = 0n;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(options: SchedulingLoopOptions) {
    this.#options = options;
    this.#follower = new StateFollower(options.store, options.now);
  }

  /** Catches up and places until nothing is ready; one run at a time. */
  run(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#work()
      .catch((error) => {
        this.#options.complain("run", error);
        throw error;
      })
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** The revision at which nobody waited for a node, and all was said; undefined while somebody does. */
  get settledAt(): Revision | undefined {
    if (this.#running || !this.#state?.queue.isEmpty || this.#events.nextDue() !== undefined) return undefined;
    return this.#follower.revision;
  }

  async #work(): Promise<void> {
    const { now, wakeAt } = this.#options;
    while (this.#again) {
      this.#again = false;
      let state = await this.#look();
      // Before anything is said again: what has ended then begins anew.
      await this.#record(this.#events.settle(now()));
      state.queue.wake(now());
      while (state.queue.hasReady()) {
        const { planned, evictions } = this.#placeBatch(state);
        // What has come meanwhile is asked for while the batch is written, and taken in when it is known what was.
        const asked = this.#follower.ask().catch(() => undefined);
        await Promise.all([this.#commit(planned), this.#options.pause()]);
        for (const each of evictions) await this.#evict(each);
        state = await this.#look(await asked);
      }
      wakeAt(earlier(state.queue.nextDue(), this.#events.nextDue()));
    }
  }

  async #look(asked?: Asked): Promise<SchedulerState> {
    this.#state = await this.#follower.catchUp(asked);
    return this.#state;
  }

  /** As many decisions as fit into a turn. */
  #placeBatch(state: SchedulerState): { readonly planned: Planned[]; readonly evictions: Evictions[] } {
    const { now } = this.#options;
    const planned: Planned[] = [];
    const evictions: Evictions[] = [];
    const ends = now() + TURN_MS;
    let dear = false;
    while (planned.length < BATCH && (now() < ends || (planned.length < LEAST && !dear))) {
      const pod = state.queue.take();
      if (!pod) break;
      try {
        const { plan, eviction, outranked = [] } = this.#decide(pod, state);
        if (plan) planned.push(plan);
        planned.push(...outranked);
        // Who fits nowhere has been looked for everywhere.
        dear ||= plan?.placedOn === undefined;
        if (eviction) evictions.push(eviction);
      } catch (error) {
        this.#options.complain(pod.key, error);
        state.queue.postpone(pod, now());
      }
    }
    return { planned, evictions };
  }

  #decide(pod: PendingPod, state: SchedulerState): Decided {
    const { cluster, queue } = state;
    const decision = schedule(pod, cluster, { random: this.#options.random, startAt: this.#startAt });
    if (decision.kind === "wait") {
      queue.refuse(pod, decision.plugins, this.#options.now());
      return {};
    }
    if (decision.kind === "place") {
      this.#startAt = decision.nextStart;
      const node = decision.node.name;
      const { bind, provision } = decision.volumes;
      const unasked = provision.filter(({ metadata }) => metadata.annotations?.[SELECTED_NODE] !== node);
      const now = this.#options.now();
      const volumes = [...bind.map((each) => reserve(each, now)), ...unasked.map((claim) => askFor(claim, node, now))];
      // Devices are had when the pod is bound, not while it waits for a volume.
      const devices =
        provision.length > 0
          ? []
          : decision.reservations.map((each) => reserveClaim(each, pod, { newId: this.#options.newUid, now }));
      const assumed = [...volumes, ...devices];
      for (const { resource, after } of assumed) cluster.setObject(resource, after);
      const claimWrites = assumed.map(({ write }) => write);
      if (provision.length > 0) {
        // It is bound when its volumes are there; until then its room is kept.
        queue.refuse(pod, new Set([volumeBinding.name]), this.#options.now());
        cluster.nominate(pod, node);
        const nomination = nominationWrite(pod, node, this.#options.now());
        return { plan: { pod, writes: [...claimWrites, ...(nomination ? [nomination] : [])], assumed } };
      }
      const { labels } = decision.node;
      const writes = bindingWrites(pod, { name: node, labels }, this.#stamp());
      if (!writes) return {};
      cluster.assign(placedOn(pod, node, labels));
      cluster.forgetNomination(pod.key);
      return { plan: { pod, writes: [...writes, ...claimWrites], placedOn: node, assumed } };
    }
    const { message, plugins, preemption } = decision;
    const now = this.#options.now();
    queue.refuse(pod, plugins, now);
    const nominated = preemption.kind === "keep" ? undefined : preemption.kind === "clear" ? "" : preemption.node;
    if (nominated !== undefined) cluster.nominate(pod, nominated);
    const outranked = nominated ? cluster.outranked(nominated, pod) : [];
    for (const other of outranked) cluster.nominate(other, "");
    const reason = decision.reason ? { reason: decision.reason } : {};
    const status = refusalWrite(pod, { message, nominated, now, ...reason });
    const event = this.#events.record(failureEvent(pod, message), this.#stamp());
    const freed = decision.deallocate && deallocate(decision.deallocate);
    return {
      plan: { pod, writes: [status, event, freed?.write].filter((write) => write !== undefined) },
      outranked: outranked.map((other) => ({ pod: other, writes: [withoutNomination(other, now)] })),
      ...(preemption.kind === "nominate"
        ? { eviction: { preemptor: pod, node: preemption.node, victims: preemption.victims } }
        : {}),
    };
  }

  /** Ends the victims, and says so; those that are ending already are left to it. */
  async #evict({ preemptor, node, victims }: Evictions): Promise<void> {
    const evicted = await Promise.all(
      victims
        .filter(({ terminating }) => !terminating)
        .map(async (victim) => {
          try {
            await this.#options.evict(victim, preemptor);
            return [victim];
          } catch (error) {
            this.#options.complain(`preempting ${victim.key}`, error);
            return [];
          }
        }),
    );
    const said = evicted.flat().map((victim) => preemptedEvent(victim, preemptor, node));
    const writes = said.map((event) => this.#events.record(event, this.#stamp()));
    await this.#record(writes.filter((write) => write !== undefined));
  }

  /** Events alone. Who has deleted one that was to be counted up does not want it. */
  async #record(events: readonly Write[]): Promise<void> {
    for (let writes = events; writes.length > 0; ) {
      const result = await this.#options.store.commit({ writes });
      if (result.ok) return;
      if (!("write" in result)) return this.#options.complain("events", result.reason);
      writes = writes.filter((_, index) => index !== result.write);
    }
  }

  /** All in one commit; who changed meanwhile is left out, and comes again with its change. */
  async #commit(batch: readonly Planned[]): Promise<void> {
    let planned = batch.filter(({ writes }) => writes.length > 0);
    while (planned.length > 0) {
      const writes = planned.flatMap((each) => each.writes);
      let result: CommitResult;
      try {
        result = await this.#options.store.commit({ writes });
      } catch (error) {
        this.#options.complain("commit", error);
        for (const each of planned) this.#takeBack(each, "later");
        return;
      }
      if (result.ok) {
        this.#confirm(planned, result.revisions);
        return;
      }
      if (!("write" in result)) {
        this.#options.complain("commit", result.reason);
        for (const each of planned) this.#takeBack(each, "later");
        return;
      }
      const write = writes[result.write];
      if (write?.key.resource === EVENTS) {
        // Somebody deleted the event that was to be counted up.
        planned = planned.map((each) => ({ ...each, writes: each.writes.filter((own) => own !== write) }));
        continue;
      }
      const failed = ownerOf(planned, result.write);
      // A pod that changed comes again by itself; where something else did, it is tried again.
      if (failed) this.#takeBack(failed, write?.key.name === failed.pod.name ? "when it changes" : "later");
      planned = planned.filter((each) => each !== failed);
    }
  }

  /** What the log will tell of these is known already; who waits for such a pod is told now. */
  #confirm(planned: readonly Planned[], revisions: readonly Revision[]): void {
    const state = this.#state;
    const own: Revisions[] = [];
    let at = 0;
    for (const { pod, writes, placedOn, assumed = [] } of planned) {
      const placed = placedOn === undefined ? undefined : state?.cluster.assigned(pod.key);
      const [from, through] = [revisions[at], revisions[at + writes.length - 1]];
      at += writes.length;
      if (!state || !placed || from === undefined || through === undefined) continue;
      placed.revision = from;
      state.queue.react({ kind: "assigned-pod", pod: placed }, state.cluster, this.#options.now());
      // A claim's own revision is not known yet.
      if (assumed.length > 0) continue;
      const before = own.at(-1);
      if (before?.through === from - 1) own[own.length - 1] = { from: before.from, through };
      else own.push({ from, through });
    }
    this.#follower.skip(own);
  }

  #takeBack({ pod, placedOn, assumed = [] }: Planned, again: "later" | "when it changes"): void {
    const state = this.#state;
    if (!state) return;
    if (placedOn !== undefined) state.cluster.unassign(pod.key);
    for (const { resource, before, after } of assumed) {
      const { namespace = "", name } = before.metadata;
      if (state.cluster.get(resource, namespace, name) === after) state.cluster.setObject(resource, before);
    }
    if (again === "later") state.queue.postpone(pod, this.#options.now());
  }

  #stamp(): EventStamp {
    const now = this.#options.now();
    const nanos = BigInt(Math.floor(now)) * 1_000_000n;
    this.#lastStamp = nanos > this.#lastStamp ? nanos : this.#lastStamp + 1n;
    return { uid: this.#options.newUid(), now, nanos: this.#lastStamp };
  }
}

const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

function ownerOf(planned: readonly Planned[], write: number): Planned | undefined {
  let at = 0;
  for (const each of planned) {
    at += each.writes.length;
    if (write < at) return each;
  }
  return undefined;
}
