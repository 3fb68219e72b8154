/**
 * Runs the scheduler: catch up with the log, place what is ready against one snapshot, write the batch in one commit.
 * Pods that come while a batch is being written make the next one. Knows no platform; time and waking are given.
 */
import type { CommitResult, Revision, Revisions, Store, Write } from "../../api/store.ts";
import type { Outcome } from "../../client/api-client.ts";
import { preemptedEvent } from "../../worker/scheduler/binding/writes.ts";
import type { PendingPod, PodFacts } from "../../worker/scheduler/cluster/pod-facts.ts";
import type { Claim } from "../../worker/scheduler/devices/allocate.ts";
import { EVENTS } from "../../worker/scheduler/events/event-write.ts";
import type { SchedulerState } from "../../worker/scheduler/state.ts";
import { BatchPlanner, type BatchPlannerOptions, type Evictions, type Making, type Planned } from "./batch-planner.ts";
import { StateFollower } from "./state-follower.ts";

/**
 * Milliseconds from one batch to the next, unless more is ready than one takes: the calls between objects that each
 * costs take as long as placing ten pods, and pods that come one by one share them so. The first to come waits for
 * nobody.
 */
const DISTANCE_MS = 20;

export interface SchedulingLoopOptions extends BatchPlannerOptions {
  readonly store: Pick<Store, "list" | "texts" | "status" | "commit">;
  /** The API in the scheduler's name, for what is no placement: ends a pod to make room for another. */
  readonly evict: (victim: PodFacts, preemptor: PendingPod) => Promise<void>;
  /** The same, for claims of devices that stand for extended resources. */
  readonly makeClaim: (claim: Claim) => Promise<Outcome<Claim>>;
  readonly discardClaim: (claim: Claim) => Promise<void>;
  /** Calls {@link SchedulingLoop.run} again at that time; undefined: nothing waits. */
  readonly wakeAt: (at: number | undefined) => void;
  /**
   * So many milliseconds; 0 or less lets the loop look at the network all the same, which waits for as long as there
   * are calls within the process.
   */
  readonly pause: (milliseconds: number) => Promise<void>;
}

export class SchedulingLoop {
  readonly #options: SchedulingLoopOptions;
  readonly #follower: StateFollower;
  /** As of the last look at the log. */
  #state: SchedulerState | undefined;
  readonly #planner: BatchPlanner;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(options: SchedulingLoopOptions) {
    this.#options = options;
    this.#follower = new StateFollower(options.store, options.now);
    this.#planner = new BatchPlanner(options);
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
    if (this.#running || !this.#state?.queue.isEmpty || this.#planner.events.nextDue() !== undefined) return undefined;
    return this.#follower.revision;
  }

  async #work(): Promise<void> {
    const { now, pause, wakeAt } = this.#options;
    while (this.#again) {
      this.#again = false;
      let state = await this.#look();
      // Before anything is said again: what has ended then begins anew.
      await this.#record(this.#planner.events.settle(now()));
      state.queue.wake(now());
      while (state.queue.hasReady()) {
        const next = now() + DISTANCE_MS;
        const { planned, makings, evictions } = this.#planner.batch(state);
        await Promise.all([this.#commit(planned), pause(0)]);
        await this.#make(makings, state);
        await this.#discard();
        for (const each of evictions) await this.#evict(each);
        if (!state.queue.hasReady()) await pause(next - now());
        // Last: a claim that was made since must not be seen without its devices.
        state = await this.#look();
      }
      wakeAt(earlier(state.queue.nextDue(), this.#planner.events.nextDue()));
    }
  }

  async #look(): Promise<SchedulerState> {
    this.#state = await this.#follower.catchUp();
    return this.#state;
  }

  /** Makes the claims that placements begin with, and goes on with those that could be made. */
  async #make(makings: readonly Making[], state: SchedulerState): Promise<void> {
    const made = await Promise.all(
      makings.map(async (making): Promise<Planned | undefined> => {
        try {
          const outcome = await this.#options.makeClaim(making.claim);
          return outcome.ok
            ? this.#planner.withMade(making, outcome.object, state)
            : this.#planner.withoutMade(making, outcome.status.message ?? "", state);
        } catch (error) {
          this.#options.complain(`making ${making.claim.metadata.name}`, error);
          this.#planner.unmake(making, state);
          state.queue.postpone(making.pod, this.#options.now());
          return undefined;
        }
      }),
    );
    await this.#commit(made.filter((each) => each !== undefined));
  }

  /** What was made for nothing goes. */
  async #discard(): Promise<void> {
    for (const claim of this.#planner.takeUnused())
      await this.#options
        .discardClaim(claim)
        .catch((error) => this.#options.complain(`discarding ${claim.metadata.name}`, error));
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
    const writes = said.map((event) => this.#planner.events.record(event, this.#planner.stamp(), true));
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

  #takeBack(planned: Planned, again: "later" | "when it changes"): void {
    const state = this.#state;
    if (!state) return;
    this.#planner.takeBack(planned, state);
    if (again === "later") state.queue.postpone(planned.pod, this.#options.now());
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
