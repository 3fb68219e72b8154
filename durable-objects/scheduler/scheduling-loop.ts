/**
 * Runs the scheduler: catches up with the log, places what is ready against one snapshot, and writes the batch in one
 * commit. Pods that arrive while a batch is being written form the next one. Platform-free: the clock and the wake-up
 * are passed in.
 */
import type { Family } from "../../api/metrics/exposition.ts";
import type { CommitResult, Revision, Revisions, Store } from "../../api/store/store.ts";
import type { Outcome } from "../../client/api-client.ts";
import { earliest } from "../../worker/controllers/time.ts";
import { preemptedEvent } from "../../worker/scheduler/binding/writes.ts";
import type { PendingPod, PodFacts } from "../../worker/scheduler/cluster/pod-facts.ts";
import type { Claim } from "../../worker/scheduler/devices/allocate.ts";
import { EVENTS } from "../../worker/scheduler/events/event-write.ts";
import type { QueueHistory } from "../../worker/scheduler/queue/queue.ts";
import type { RulesInForce } from "../../worker/scheduler/requests/rules-in-force.ts";
import type { SchedulerState } from "../../worker/scheduler/state.ts";
import { AskedPlans, type AskedPlansOptions } from "./asked-plans.ts";
import { BackgroundWork, type BackgroundWorkOptions } from "./background-work.ts";
import { BatchPlanner, type BatchPlannerOptions } from "./batch-planner.ts";
import { EventWriter } from "./event-writer.ts";
import type { Evictions, Making, Planned } from "./planned.ts";
import { splitPlans } from "./split-plans.ts";
import { StateFollower } from "./state-follower.ts";

/**
 * Milliseconds between batches, unless more pods are ready than fit in one. The calls between objects that each batch
 * costs take as long as placing ten pods, so pods that arrive one by one share them. The first pod to arrive is not
 * delayed.
 */
const DISTANCE_MS = 20;
/** Delay before retrying a store that is out of reach. */
const OUTAGE_MS = 3000;

export interface SchedulingLoopOptions extends BatchPlannerOptions {
  readonly store: Pick<Store, "list" | "texts" | "status" | "commit">;
  /** An API call made as the scheduler: for what policies or webhooks want to be asked about. */
  readonly send: AskedPlansOptions["send"];
  readonly inBackground: BackgroundWorkOptions["inBackground"];
  /** The same for everything except placements. This one deletes a pod to make room for another. */
  readonly evict: (victim: PodFacts, preemptor: PendingPod) => Promise<void>;
  /** The same, for the claims of devices that back extended resources. */
  readonly makeClaim: (claim: Claim) => Promise<Outcome<Claim>>;
  readonly discardClaim: (claim: Claim) => Promise<void>;
  /** Schedules the next call of {@link SchedulingLoop.run}; undefined: nothing is waiting. */
  readonly wakeAt: (at: number | undefined) => void;
  /**
   * Pauses for this many milliseconds. Even 0 lets the event loop poll the network, which otherwise waits as long as
   * there are calls within the process.
   */
  readonly pause: (milliseconds: number) => Promise<void>;
}

export class SchedulingLoop {
  readonly #options: SchedulingLoopOptions;
  readonly #follower: StateFollower;
  /** As of the last catch-up. */
  #state: SchedulerState | undefined;
  readonly #planner: BatchPlanner;
  readonly #background: BackgroundWork;
  readonly #asked: AskedPlans;
  readonly #events: EventWriter;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(options: SchedulingLoopOptions) {
    this.#options = options;
    this.#follower = new StateFollower(options.store, options.now);
    this.#planner = new BatchPlanner(options);
    this.#background = new BackgroundWork({ ...options, ended: () => this.run() });
    this.#asked = new AskedPlans({
      ...options,
      planner: this.#planner,
      background: this.#background,
      commit: (planned) => this.#commit([planned]),
      bound: (history, since) => this.#count(history, since),
    });
    this.#events = new EventWriter({
      ...options,
      series: this.#planner.events,
      send: (requests) => this.#asked.send(requests),
      admission: () => this.#admission,
    });
  }

  /** Catches up and places pods until none is ready. Only one run is active at a time. */
  run(): Promise<void> {
    this.#again = true;
    this.#running ??= Promise.resolve().then(() => this.#work());
    return this.#running;
  }

  /** The revision at which no pod was waiting for a node and everything had been reported; undefined while one is. */
  get settledAt(): Revision | undefined {
    if (
      this.#running ||
      this.#background.underWay > 0 ||
      !this.#state?.queue.isEmpty ||
      this.#planner.events.nextDue() !== undefined
    )
      return undefined;
    return this.#follower.revision;
  }

  metrics(): Family[] {
    return this.#state ? this.#planner.metrics.families(this.#state.queue.counts()) : [];
  }

  async #work(): Promise<void> {
    const { now, wakeAt, onError } = this.#options;
    try {
      while (this.#again) {
        this.#again = false;
        const state = await this.#placeReady();
        wakeAt(earliest(state.queue.nextDue(), this.#planner.events.nextDue()));
      }
    } catch (error) {
      onError("run", error);
      wakeAt(now() + OUTAGE_MS);
    } finally {
      // At once: a run that is requested from here on starts another.
      this.#running = undefined;
    }
  }

  async #placeReady(): Promise<SchedulerState> {
    const { now, pause } = this.#options;
    let state = await this.#look();
    // Before anything is reported again: series that have ended start over.
    await this.#events.record(this.#planner.events.settle(now()));
    state.queue.wake(now());
    while (state.queue.hasReady()) {
      const next = now() + DISTANCE_MS;
      const { planned, makings, evictions } = this.#planner.batch(state);
      await Promise.all([this.#commit(planned), pause(0)]);
      await this.#make(makings, state);
      await this.#discard();
      for (const each of evictions) this.#evict(each, state);
      if (!state.queue.hasReady()) await pause(next - now());
      // This comes last: a claim created in the meantime must not be seen without its devices.
      state = await this.#look();
    }
    return state;
  }

  async #look(): Promise<SchedulerState> {
    this.#state = await this.#follower.catchUp();
    return this.#state;
  }

  /** Creates the claims that placements begin with, and continues with those that succeeded. */
  async #make(makings: readonly Making[], state: SchedulerState): Promise<void> {
    const made = await Promise.all(
      makings.map(async (making): Promise<Planned | undefined> => {
        try {
          const outcome = await this.#options.makeClaim(making.claim);
          return outcome.ok
            ? this.#planner.withMade(making, outcome.object, state)
            : this.#planner.withoutMade(making, outcome.status.message ?? "", state);
        } catch (error) {
          this.#options.onError(`making ${making.claim.metadata.name}`, error);
          this.#planner.unmake(making, state);
          state.queue.postpone(making.pod, this.#options.now());
          return undefined;
        }
      }),
    );
    await this.#commit(made.filter((each) => each !== undefined));
  }

  /** Discards claims that were created and not used. */
  async #discard(): Promise<void> {
    for (const claim of this.#planner.takeUnused())
      await this.#options
        .discardClaim(claim)
        .catch((error) => this.#options.onError(`discarding ${claim.metadata.name}`, error));
  }

  /**
   * Deletes the victims and reports it, while other pods are placed: webhooks may be slow. Victims that are terminating
   * already are left alone.
   */
  #evict({ preemptor, node, victims }: Evictions, { queue }: SchedulerState): void {
    const { evict, now, onError } = this.#options;
    queue.preempt(preemptor);
    this.#background.start(`preemption for ${preemptor.key}`, async () => {
      let failed = false;
      const tryEvict = async (victim: PodFacts) => {
        try {
          await evict(victim, preemptor);
          return [victim];
        } catch (error) {
          onError(`preempting ${victim.key}`, error);
          failed = true;
          return [];
        }
      };
      const evicted = await Promise.all(victims.filter(({ terminating }) => !terminating).map(tryEvict));
      queue.endPreemption(preemptor, { failed, now: now() });
      const events = evicted.flat().map((victim) => preemptedEvent(victim, preemptor, node));
      const changes = events.map((event) => this.#planner.events.record(event, this.#planner.stamp(), true));
      await this.#events.record(changes.filter((change) => change !== undefined));
    });
  }

  /** Commits the whole batch. Pods that changed in the meantime are left out, and return with their change. */
  async #commit(batch: readonly Planned[]): Promise<void> {
    const { direct, asked } = splitPlans(batch, this.#admission);
    if (this.#state) for (const each of asked) this.#asked.carryOut(each, this.#state);
    let planned = direct.filter(({ writes }) => writes.length > 0);
    while (planned.length > 0) {
      const writes = planned.flatMap((each) => each.writes);
      let result: CommitResult;
      try {
        result = await this.#options.store.commit({ writes });
      } catch (error) {
        this.#options.onError("commit", error);
        for (const each of planned) this.#rollBack(each, "later");
        return;
      }
      if (result.ok) {
        this.#confirm(planned, result.revisions);
        return;
      }
      if (!("write" in result)) {
        this.#options.onError("commit", result.reason);
        for (const each of planned) this.#rollBack(each, "later");
        return;
      }
      const write = writes[result.write];
      if (write?.key.resource === EVENTS) {
        this.#events.refused(write, result.reason);
        planned = planned.map((each) => ({ ...each, writes: each.writes.filter((own) => own !== write) }));
        continue;
      }
      const failed = ownerOf(planned, result.write);
      // A pod that changed returns by itself; if something else changed, the pod is tried again.
      if (failed) this.#rollBack(failed, write?.key.name === failed.pod.name ? "when it changes" : "later");
      planned = planned.filter((each) => each !== failed);
    }
  }

  get #admission(): RulesInForce | undefined {
    return this.#state?.admission;
  }

  /** The log will repeat what is already known. Pods that wait for these are released now. */
  #confirm(planned: readonly Planned[], revisions: readonly Revision[]): void {
    const state = this.#state;
    const own: Revisions[] = [];
    let at = 0;
    for (const { pod, writes, since, placedOn, assumed = [], events = [] } of planned) {
      if (events.length > 0) this.#asked.send(events);
      this.#events.written(writes, revisions.slice(at, at + writes.length));
      const placed = placedOn === undefined ? undefined : state?.cluster.assigned(pod.key);
      const [from, through] = [revisions[at], revisions[at + writes.length - 1]];
      at += writes.length;
      if (!state || !placed || from === undefined || through === undefined) continue;
      placed.revision = from;
      this.#count(state.queue.settle(pod.key), since);
      state.queue.react({ kind: "assigned-pod", pod: placed }, state.cluster, this.#options.now());
      // The claim's own revision is not known yet.
      if (assumed.length > 0) continue;
      const before = own.at(-1);
      if (before?.through === from - 1) own[own.length - 1] = { from: before.from, through };
      else own.push({ from, through });
    }
    this.#follower.skip(own);
  }

  /** Counts a pod that was bound, by an attempt that began then (ms). */
  #count(history: QueueHistory | undefined, began: number | undefined): void {
    const { metrics } = this.#planner;
    const now = this.#options.now();
    metrics.attempted("scheduled", now - (began ?? now));
    if (history) metrics.bound(history.attempts, now - history.since);
  }

  #rollBack(planned: Planned, again: "later" | "when it changes"): void {
    const state = this.#state;
    if (!state) return;
    this.#planner.rollBack(planned, state);
    if (again === "later") state.queue.postpone(planned.pod, this.#options.now());
  }
}

function ownerOf(planned: readonly Planned[], write: number): Planned | undefined {
  let at = 0;
  for (const each of planned) {
    at += each.writes.length;
    if (write < at) return each;
  }
  return undefined;
}
