/**
 * Runs the controllers: catches up with the log, finds the items that changes affect, reconciles them in short turns,
 * and carries out the plans concurrently. Platform-free: the clock and the wake-up are passed in.
 */
import type { Family } from "../../api/metrics/exposition.ts";
import type { GroupResource, Revision } from "../../api/store/store.ts";
import type { ApiClient } from "../../client/api-client.ts";
import type { ClusterFacts } from "../../worker/controllers/cluster-facts.ts";
import {
  type Controller,
  EVERYTHING,
  type Plan,
  type Query,
  type QueryResult,
  type Snapshot,
} from "../../worker/controllers/controller.ts";
import { type Authority, carryOut } from "./effects.ts";
import { EventRecorder } from "./event-recorder.ts";
import type { LastSeen } from "./last-seen.ts";
import type { LogFollower } from "./log-follower.ts";
import { OwnWrites } from "./own-writes.ts";
import { type MemoryStorage, PlanMemory } from "./plan-memory.ts";
import { guardReads } from "./read-guard.ts";
import type { Applied, ClusterSnapshot } from "./snapshot.ts";
import { type Work, type WorkInput, WorkQueue } from "./work-queue.ts";

/** How long reconciling may hold the thread before other work gets a turn. */
const TURN_MS = 10;
/** Delay before retrying a store that is out of reach. */
const OUTAGE_MS = 3000;
/** Wake-ups that are due sooner than this are kept in memory (loop-alarm.ts). */
const SOON_MS = 2000;

export interface ControlLoopOptions {
  readonly controllers: readonly Controller[];
  readonly log: LogFollower;
  /** An API client that acts as the controller. */
  readonly apiOf: (controller: Controller) => ApiClient;
  readonly authority: Authority;
  /** Survives the object's sleep; holds what plans ask to be remembered. */
  readonly memory: MemoryStorage;
  readonly cluster: () => Promise<ClusterFacts>;
  readonly lastSeen: () => Promise<LastSeen>;
  readonly now: () => number;
  /**
   * Milliseconds from seeing somebody else's change until acting on it, so that clients which read back what they wrote
   * see it as written.
   */
  readonly grace?: number;
  /** Schedules the next call of {@link ControlLoop.run}; undefined: nothing is waiting. */
  readonly wakeAt: (at: number | undefined) => void;
  /** Yields the thread to other work. */
  readonly pause: () => Promise<void>;
  /**
   * Reports a failure that no plan accounts for: a bug in a controller (`item` says where), or a store out of reach.
   */
  readonly onError: (who: string, item: string, error: unknown) => void;
}

/** What all plans of a turn are told. */
interface RunFacts {
  readonly cluster: ClusterFacts;
  readonly lastSeen: LastSeen;
}

export class ControlLoop {
  readonly #options: ControlLoopOptions;
  readonly #queue: WorkQueue;
  readonly #planMemory: PlanMemory;
  readonly #events: EventRecorder;
  readonly #ownWrites = new OwnWrites();
  readonly #readers: ReadonlyMap<GroupResource, readonly number[]>;
  readonly #readersOfEverything: readonly number[];
  #guarded: { of: ClusterSnapshot; each: readonly Snapshot[] } | undefined;
  /** Items whose plans were carried out since the last catch-up began. */
  #carriedOut: Work[] = [];
  #inFlight = 0;
  #running: Promise<void> | undefined;
  #mustRunAgain = false;
  readonly #waiters: (() => void)[] = [];

  constructor(options: ControlLoopOptions) {
    this.#options = options;
    this.#queue = new WorkQueue(options.controllers, options.now);
    this.#planMemory = new PlanMemory(options.memory);
    this.#events = new EventRecorder(options.memory);
    const readers = new Map<GroupResource, number[]>();
    options.controllers.forEach(({ reads }, position) => {
      for (const resource of reads) readers.set(resource, [...(readers.get(resource) ?? []), position]);
    });
    this.#readers = readers;
    this.#readersOfEverything = readers.get(EVERYTHING) ?? [];
  }

  /** Catches up and works until nothing is ready. Only one run is active at a time. */
  run(): Promise<void> {
    this.#mustRunAgain = true;
    this.#running ??= Promise.resolve().then(() => this.#work());
    return this.#running;
  }

  /** The revision at which no work was left except what an alarm will wake for; undefined while there is work. */
  get settledAt(): Revision | undefined {
    if (this.#inFlight > 0 || this.#running || this.#queue.hasReady()) return undefined;
    const due = this.#queue.nextDue();
    return due !== undefined && due < this.#options.now() + SOON_MS ? undefined : this.#options.log.revision;
  }

  /** Resolves when nothing is ready or in flight. */
  async idle(): Promise<void> {
    await this.run();
    while (this.#inFlight > 0 || this.#running) {
      if (this.#running) await this.#running;
      else await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  metrics(): Family[] {
    return this.#queue.metrics();
  }

  async #work(): Promise<void> {
    try {
      const cluster = await this.#options.cluster();
      while (this.#mustRunAgain || this.#queue.hasReady()) {
        this.#mustRunAgain = false;
        const lastSeen = await this.#options.lastSeen();
        await this.#catchUp();
        this.#queue.wake(this.#options.now());
        await this.#reconcileReady({ cluster, lastSeen });
      }
      this.#options.wakeAt(this.#queue.nextDue());
    } catch (error) {
      this.#options.onError("control-loop", "", error);
      this.#options.wakeAt(this.#options.now() + OUTAGE_MS);
    } finally {
      // At once: a run that is requested from here on starts another.
      this.#running = undefined;
    }
  }

  async #catchUp(): Promise<void> {
    // The log is only sure to contain what the plans wrote that ended before it is read.
    const carriedOut = this.#carriedOut;
    this.#carriedOut = [];
    // What is there already was not written a moment ago, and a tick settles what it loads.
    const grace = this.#options.log.snapshot ? (this.#options.grace ?? 0) : 0;
    const changes = await this.#options.log.catchUp().catch((error: unknown) => {
      this.#carriedOut.push(...carriedOut);
      throw error;
    });
    let turnEnds = this.#options.now() + TURN_MS;
    for (const change of changes) {
      this.#addItemsOf(change, grace);
      turnEnds = await this.#yieldAfter(turnEnds);
    }
    for (const work of carriedOut) this.#queue.done(work);
  }

  #addItemsOf(change: Applied, grace: number): void {
    const snapshot = this.#options.log.snapshot;
    if (!snapshot) return;
    const positions = new Set([...(this.#readers.get(change.resource) ?? []), ...this.#readersOfEverything]);
    const { namespace = "", name } = change.object.metadata;
    const isOwn = grace === 0 || this.#ownWrites.take(change.resource, namespace, name);
    for (const position of positions) {
      const controller = this.#options.controllers[position];
      if (!controller) continue;
      try {
        for (const item of controller.itemsOf({ ...change, snapshot })) {
          const work = { controller: position, item };
          if (isOwn) this.#queue.add(work);
          else this.#queue.addAt(work, this.#options.now() + grace);
        }
      } catch (error) {
        this.#options.onError(controller.name, change.object.metadata.name, error);
      }
    }
  }

  async #reconcileReady(facts: RunFacts): Promise<void> {
    let turnEnds = this.#options.now() + TURN_MS;
    for (let work = this.#queue.get(); work; work = this.#queue.get()) {
      const controller = this.#options.controllers[work.controller];
      if (!controller) continue;
      this.#reconcile(work, controller, facts);
      turnEnds = await this.#yieldAfter(turnEnds);
    }
  }

  /** Yields if this turn is over; returns when the current turn ends. */
  async #yieldAfter(turnEnds: number): Promise<number> {
    if (this.#options.now() < turnEnds) return turnEnds;
    await this.#options.pause();
    return this.#options.now() + TURN_MS;
  }

  #reconcile(work: Work & WorkInput, controller: Controller, facts: RunFacts): void {
    const { failure, achieved, queryResults } = work;
    const { now } = this.#options;
    let plan: Plan;
    try {
      plan = controller.reconcile(work.item, {
        snapshot: this.#snapshotOf(work.controller),
        now: now(),
        ...facts,
        ...optional("queryResults", queryResults),
        ...optional("remembered", controller.remembers ? this.#planMemory.get(controller.name, work.item) : undefined),
        ...optional("failure", failure),
        ...optional("achieved", achieved),
        ...optional("lastActed", this.#queue.lastActed(work)),
      });
    } catch (error) {
      this.#options.onError(controller.name, work.item, error);
      this.#queue.fail(work, now(), failure);
      this.#queue.done(work);
      return;
    }
    if (controller.remembers) this.#planMemory.set(controller.name, work.item, plan.remember);
    if (plan.queries?.length) {
      this.#inFlight++;
      void this.#runQueries(work, controller, plan.queries).finally(() => this.#done(work));
      return;
    }
    if (plan.effects.length === 0 && !plan.events?.length) {
      this.#queue.succeed(work, plan);
      this.#queue.done(work);
      return;
    }
    this.#inFlight++;
    void this.#carryOut(work, controller, plan).finally(() => {
      this.#queue.act(work, now());
      this.#done(work);
    });
  }

  #done(work: Work): void {
    this.#inFlight--;
    this.#carriedOut.push(work);
    void this.run();
    if (this.#inFlight === 0) for (const resolve of this.#waiters.splice(0)) resolve();
  }

  async #runQueries(work: Work, controller: Controller, queries: readonly Query[]): Promise<void> {
    const { apiOf, now } = this.#options;
    const api = apiOf(controller);
    const reply = async (query: Query): Promise<[Query, QueryResult]> => {
      const outcome = await api.read(query);
      if (outcome.ok) return [query, { ok: true, body: outcome.object }];
      const { code = 500, message = "" } = outcome.status;
      return [query, { ok: false, code, message }];
    };
    try {
      this.#queue.addWithResults(work, new Map(await Promise.all([...new Set(queries)].map(reply))));
    } catch (error) {
      this.#options.onError(controller.name, work.item, error);
      this.#queue.fail(work, now(), undefined);
    }
  }

  async #carryOut(work: Work, controller: Controller, plan: Plan): Promise<void> {
    const { apiOf, authority, log, now } = this.#options;
    const api = apiOf(controller);
    const component = controller.component ?? controller.name;
    try {
      const failure = await carryOut(plan, controller, {
        api,
        authority,
        versionOf: (resource) => log.versionOf(resource),
        record: (event) => void this.#events.record(event, component, { api, now: now() }),
        wrote: (resource, namespace, name) => this.#ownWrites.note(resource, namespace, name, now()),
      });
      if (failure) this.#queue.fail(work, now(), failure, plan.wakeAt);
      else this.#queue.succeed(work, plan);
    } catch (error) {
      this.#options.onError(controller.name, work.item, error);
      this.#queue.fail(work, now(), undefined);
    }
  }

  #snapshotOf(position: number): Snapshot {
    const { log, controllers } = this.#options;
    const of = log.snapshot;
    if (!of) throw new Error("reconciling before the first load");
    if (this.#guarded?.of !== of)
      this.#guarded = { of, each: controllers.map(({ reads, name }) => guardReads(of, reads, name)) };
    const snapshot = this.#guarded.each[position];
    if (!snapshot) throw new Error(`no controller ${position}`);
    return snapshot;
  }
}

const optional = <K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { [key in K]?: V };
