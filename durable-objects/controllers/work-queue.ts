/**
 * Which items to reconcile, and when. Behaves like client-go's work queues: an item is never worked on twice at once,
 * an item added in the meantime is reconciled again, and failures back off from 5 ms to 1,000 s. Controllers take
 * turns.
 */
import type { Family } from "../../api/metrics/exposition.ts";
import type {
  Controller,
  EffectFailure,
  ItemKey,
  Plan,
  Query,
  QueryResult,
} from "../../worker/controllers/controller.ts";
import { earliest } from "../../worker/controllers/time.ts";
import { Agenda } from "./agenda.ts";
import { QueueMetrics } from "./queue-metrics.ts";

const FIRST_DELAY_MS = 5;
const MAX_DELAY_MS = 1_000_000;
/** What quota or policy forbids stays forbidden for longer than a conflict lasts. */
const FORBIDDEN_DELAY_MS = 160;
/** The back-off of external-provisioner, for a node that cannot carry out a request. */
const NODE_DELAYS = { first: 1000, longest: 300_000 };
/** How many of a controller's items are worked on at a time: all may be waiting for a webhook, another server or a node. */
const MAX_BUSY = 64;
/** How long it is remembered that an item acted. */
const LATE_MS = 5000;

export interface Work {
  /** The controller's index in the table. */
  readonly controller: number;
  readonly item: ItemKey;
}

type QueryResults = ReadonlyMap<Query, QueryResult>;

/** What the item's next reconcile is given besides the snapshot. */
export interface WorkInput {
  readonly failure: EffectFailure | undefined;
  readonly achieved: unknown;
  readonly queryResults: QueryResults | undefined;
}

interface Failures {
  readonly attempts: number;
  readonly failure: EffectFailure | undefined;
  /** When the plan that failed wanted to be made again (ms). */
  readonly wakeAt: number | undefined;
}

export class WorkQueue {
  /** For each controller, its ready items in order, and when each was added (ms). */
  readonly #ready: Map<ItemKey, number>[];
  /** For each controller, how many of its items are worked on. */
  readonly #busy: number[];
  /** Since when (ms). */
  readonly #processing = new Map<string, { readonly controller: number; readonly since: number }>();
  readonly #dirty = new Set<string>();
  readonly #agenda = new Agenda<Work>();
  readonly #failures = new Map<string, Failures>();
  readonly #acted = new Map<string, number>();
  readonly #achieved = new Map<string, unknown>();
  /** Items to be added later, soonest first. */
  readonly #delayed = new Map<string, { readonly at: number; readonly work: Work }>();
  readonly #queryResults = new Map<string, QueryResults>();
  readonly #paces: readonly Controller["pace"][];
  readonly #metrics: QueueMetrics;
  readonly #now: () => number;
  #turn = 0;

  constructor(controllers: readonly Pick<Controller, "name" | "pace">[], now: () => number) {
    this.#ready = controllers.map(() => new Map());
    this.#busy = controllers.map(() => 0);
    this.#paces = controllers.map(({ pace }) => pace);
    this.#metrics = new QueueMetrics(controllers.map(({ name }) => name));
    this.#now = now;
  }

  /** Something that the item depends on has changed. */
  add(work: Work): void {
    const key = keyOf(work);
    if (this.#processing.has(key)) {
      if (this.#dirty.has(key)) return;
      this.#dirty.add(key);
    } else if (!this.#add(work)) return;
    this.#metrics.added(work.controller);
  }

  /** Whether it was not there yet. */
  #add({ controller, item }: Work): boolean {
    const items = this.#ready[controller];
    if (!items || items.has(item)) return false;
    items.set(item, this.#now());
    return true;
  }

  /**
   * Like {@link add}, but from that time on, unless the item is added before. Successive calls must not name
   * earlier times.
   */
  addAt(work: Work, at: number): void {
    if (!this.#delayed.has(keyOf(work))) this.#delayed.set(keyOf(work), { at, work });
  }

  /** The next item, with controllers taking turns. It is busy until {@link done}. */
  get(): (Work & WorkInput) | undefined {
    for (let step = 0; step < this.#ready.length; step++) {
      const controller = (this.#turn + step) % this.#ready.length;
      const items = this.#ready[controller];
      const next = items?.entries().next().value;
      if (items === undefined || next === undefined || !this.#mayBegin(controller)) continue;
      const [[item, added], now] = [next, this.#now()];
      items.delete(item);
      this.#metrics.taken(controller, now - added);
      this.#turn = controller + 1;
      const work = { controller, item };
      const key = keyOf(work);
      this.#processing.set(key, { controller, since: now });
      this.#count(controller, 1);
      const queryResults = this.#queryResults.get(key);
      this.#queryResults.delete(key);
      return { ...work, failure: this.#failures.get(key)?.failure, achieved: this.#achieved.get(key), queryResults };
    }
    return undefined;
  }

  /** The item's work is done. It becomes ready again if it was added in the meantime. */
  done(work: Work): void {
    const key = keyOf(work);
    const busy = this.#processing.get(key);
    if (busy) {
      this.#metrics.settled(work.controller, this.#now() - busy.since);
      this.#count(work.controller, -1);
    }
    this.#processing.delete(key);
    // It was counted when it was added.
    if (this.#dirty.delete(key)) this.#add(work);
  }

  /** The item becomes ready again, with the results of its queries. */
  addWithResults(work: Work, results: QueryResults): void {
    this.#queryResults.set(keyOf(work), results);
    this.add(work);
  }

  succeed(work: Work, { wakeAt, achieves }: Pick<Plan, "wakeAt" | "achieves">): void {
    const key = keyOf(work);
    this.#failures.delete(key);
    if (achieves === undefined) this.#achieved.delete(key);
    else this.#achieved.set(key, achieves);
    this.#agenda.set(key, wakeAt, work);
  }

  /**
   * The item is retried after its back-off, or at a time for which plans ask again and again, if that is sooner: then
   * something changes, such as a pod that becomes available. A time that moves with each attempt is a poll, which the
   * back-off replaces.
   */
  fail(work: Work, now: number, failure: EffectFailure | undefined, wakeAt?: number): void {
    const { attempts, wakeAt: before } = this.#failures.get(keyOf(work)) ?? { attempts: 0 };
    this.#failures.set(keyOf(work), { attempts: attempts + 1, failure, wakeAt });
    this.#metrics.retried(work.controller);
    const { first, longest } = this.#paceOf(work, failure, attempts);
    const retryAt = now + Math.min(first * 2 ** attempts, longest);
    const isMoment = wakeAt !== undefined && wakeAt > now && wakeAt === before;
    this.#agenda.set(keyOf(work), isMoment ? Math.min(retryAt, wakeAt) : retryAt, work);
  }

  #paceOf({ controller }: Work, failure: EffectFailure | undefined, attempts: number) {
    if (failure?.effect.op === "call") return NODE_DELAYS;
    const { first, longest = MAX_DELAY_MS } = this.#paces[controller] ?? {};
    if (first !== undefined) return { first, longest };
    // The first retry comes soon: it is the one that reports the failure.
    const isSlow = failure?.code === 403 && attempts > 0;
    return { first: isSlow ? FORBIDDEN_DELAY_MS : FIRST_DELAY_MS, longest };
  }

  /** Notes that the item's effects were carried out. */
  act(work: Work, now: number): void {
    this.#acted.delete(keyOf(work));
    this.#acted.set(keyOf(work), now);
  }

  /** When the item's effects were last carried out (ms), if that was recent. */
  lastActed(work: Work): number | undefined {
    return this.#acted.get(keyOf(work));
  }

  /** Moves what is due to the ready queues. */
  wake(now: number): void {
    for (const [key, at] of this.#acted) {
      if (at + LATE_MS > now) break;
      this.#acted.delete(key);
    }
    for (const [key, { at, work }] of this.#delayed) {
      if (at > now) break;
      this.#delayed.delete(key);
      this.add(work);
    }
    for (const work of this.#agenda.due(now)) this.add(work);
  }

  /** When the next item is due (ms); undefined: nothing is waiting. */
  nextDue(): number | undefined {
    return earliest(this.#delayed.values().next().value?.at, this.#agenda.next());
  }

  /** Whether there is an item to {@link get}. */
  hasReady(): boolean {
    return this.#ready.some((items, controller) => items.size > 0 && this.#mayBegin(controller));
  }

  #mayBegin(controller: number): boolean {
    return (this.#busy[controller] ?? 0) < MAX_BUSY;
  }

  #count(controller: number, by: 1 | -1): void {
    this.#busy[controller] = (this.#busy[controller] ?? 0) + by;
  }

  metrics(): Family[] {
    const now = this.#now();
    return this.#metrics.families(
      this.#ready.map((items, queue) => ({
        depth: items.size,
        underWay: [...this.#processing.values()].flatMap(({ controller, since }) =>
          controller === queue ? [now - since] : [],
        ),
      })),
    );
  }
}

const keyOf = ({ controller, item }: Work) => `${controller} ${item}`;
