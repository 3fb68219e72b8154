/**
 * All watches of a store: one tail of the log, fanned out to the groups of watchers that an event concerns. Runs in
 * turns of its own, after the commits were acknowledged.
 */

import type { GroupResource, Revision, WatchRequest } from "../../../api/store/store.ts";
import type { WatchShare } from "../../../api/store/watch-share.ts";
import { joinBytes } from "../join-bytes.ts";
import type { WatchRefusal } from "../log/refusal.ts";
import type { Turns } from "../turns.ts";
import { WatchHolders } from "../watch-holders.ts";
import { EncodedEvents } from "./encoded-events.ts";
import { eventForm } from "./event-form.ts";
import { eventOf, LoggedChange } from "./watch-event.ts";
import { WatchGrounds } from "./watch-grounds.ts";
import { type WatchGroup, WatchGroups } from "./watch-groups.ts";
import type { WatchSource } from "./watch-source.ts";
import { Watcher } from "./watcher.ts";

interface WatchHubOptions {
  readonly source: WatchSource;
  readonly turns: Turns;
  /** Called when the number of watches changes. */
  readonly counted?: () => void;
}

/** Changes per batch, their text in UTF-16 units, and watchers served before other requests get a turn. */
const BATCH = 256;
const BATCH_LENGTH = 1024 * 1024;
const SLICE = 24;
/** How many slices of a batch are followed by a poll of the sockets: a writer's answer may need two to reach its own. */
const POLLS = 2;
/**
 * Turns that writers' answers are given before fan-out: out of the object, through the Worker, onto their sockets. None
 * of them is a timer: while clients keep the event loop busy, a timer waits for all of them each time.
 */
const HEAD_START_TURNS = 8;
/** Timers are due at multiples of this (ms), so that thousands of watchers share a few. */
const TICK_MS = 100;

/**
 * What a batch holds for one group: all of it at once, and event by event for watchers that have some of it already.
 */
interface Delivery {
  readonly group: WatchGroup<Watcher>;
  readonly events: { readonly revision: Revision; readonly bytes: Uint8Array }[];
}

export interface Watched {
  readonly resource: GroupResource;
  readonly watches: number;
}

export class WatchHub {
  readonly #options: WatchHubOptions;
  readonly #live = new WatchGroups<Watcher>();
  readonly #grounds = new WatchGrounds<Watcher>();
  readonly #all = new Set<Watcher>();
  readonly #holders = new WatchHolders();
  /** The tail is sent, or being sent, up to here. */
  #sentThrough: Revision;
  #running = false;
  #fanOutDone: Promise<void> = Promise.resolve();
  #delivering = false;
  #nextTick: { readonly due: number; readonly cancel: () => void } | undefined;

  constructor(options: WatchHubOptions) {
    this.#options = options;
    this.#sentThrough = options.source.marks().revision;
  }

  /** The number of watches. */
  get size(): number {
    return this.#all.size;
  }

  /** Why one more watch is refused, if it is. `elsewhere` counts watches at other objects. */
  refuses({ holder, most = Number.POSITIVE_INFINITY }: WatchShare = {}, elsewhere = 0): WatchRefusal | undefined {
    const isFull = this.size + elsewhere >= most || (holder && !this.#holders.hasRoom(holder));
    return isFull ? { ok: false, reason: "too-many" } : undefined;
  }

  byResource(): readonly Watched[] {
    const counts = new Map<GroupResource, number>();
    for (const { resource } of this.#all) counts.set(resource, (counts.get(resource) ?? 0) + 1);
    return Array.from(counts, ([resource, watches]) => ({ resource, watches }));
  }

  open(request: WatchRequest): ReadableStream<Uint8Array> {
    const { source, turns, counted } = this.#options;
    const { ground, share } = request;
    // No watcher waits for what came before.
    if (this.#all.size === 0 && !this.#running) this.#sentThrough = source.marks().revision;
    const watcher = new Watcher(request, {
      source,
      turns,
      sentThrough: () => this.#sentThrough,
      join: () => this.#live.add(request, watcher),
      leave: () => this.#live.remove(request, watcher),
      closed: () => {
        this.#live.remove(request, watcher);
        if (ground) this.#grounds.remove(watcher, ground);
        if (!this.#all.delete(watcher)) return;
        if (share?.holder) this.#holders.remove(share.holder);
        counted?.();
      },
    });
    this.#all.add(watcher);
    if (share?.holder) this.#holders.add(share.holder);
    if (ground) this.#grounds.add(watcher, { ground, since: source.marks().revision });
    counted?.();
    this.#scheduleTick(watcher.due);
    return watcher.stream;
  }

  /** Called when the log has grown. */
  wake(): void {
    if (this.#running) return;
    if (this.#all.size === 0) {
      this.#sentThrough = this.#options.source.marks().revision;
      return;
    }
    this.#running = true;
    this.#fanOutDone = this.#fanOut();
  }

  /** Resolves when everything in the log has been sent. */
  async drained(): Promise<void> {
    await this.#fanOutDone;
  }

  /** Cuts off all watches, whatever they have been sent. */
  cutOff(why: string): void {
    for (const watcher of [...this.#all]) watcher.cutOff(why);
  }

  async #fanOut(): Promise<void> {
    const { turns, source } = this.#options;
    const { log, marks } = source;
    try {
      while (this.#sentThrough < marks().revision) {
        const newest = marks().revision;
        await turns.settled();
        for (let turn = 0; turn < HEAD_START_TURNS; turn++) await turns.settled();
        const resources = [...new Set([...this.#live.resources, ...this.#grounds.resources])];
        if (resources.length === 0) {
          this.#sentThrough = newest;
          continue;
        }
        const changes: LoggedChange[] = [];
        const from = this.#sentThrough;
        let through = newest;
        let length = 0;
        let ended: readonly Watcher[] = [];
        for (const row of log.rowsBetween(from, newest, resources)) {
          changes.push(new LoggedChange(row));
          length += row.text.length;
          ended = this.#grounds.lost(row);
          if (changes.length < BATCH && length < BATCH_LENGTH && ended.length === 0) continue;
          through = row.revision;
          break;
        }
        // From here on, a watcher that joins must have read this batch from the log itself.
        this.#sentThrough = through;
        this.#delivering = true;
        await this.#deliver(this.#deliveries(changes), from, through);
        this.#delivering = false;
        for (const watcher of ended) watcher.end();
        if (!this.#nextTick) this.#tick();
      }
    } catch (error) {
      // It is unknown who was served. All resume by revision, and none misses anything.
      this.cutOff("the watch was interrupted");
      throw error;
    } finally {
      this.#running = false;
      this.#delivering = false;
    }
  }

  #deliveries(changes: readonly LoggedChange[]): Iterable<Delivery> {
    const encoded = new EncodedEvents(this.#options.source.log);
    const deliveries = new Map<WatchGroup<Watcher>, Delivery>();
    for (const change of changes) {
      for (const group of this.#live.candidates(change)) {
        const { namespace, requirements = [] } = group.wanted;
        if (namespace !== undefined && namespace !== change.row.key.namespace) continue;
        const event = eventOf(change, requirements);
        if (!event) continue;
        const delivery = deliveries.get(group) ?? { group, events: [] };
        deliveries.set(group, delivery);
        delivery.events.push({
          revision: change.row.revision,
          bytes: encoded.of(change, event, eventForm(group.wanted.events)),
        });
      }
    }
    return deliveries.values();
  }

  async #deliver(deliveries: Iterable<Delivery>, from: Revision, through: Revision): Promise<void> {
    let served = 0;
    for (const { group, events } of deliveries) {
      const bytes = joinBytes(events.map((event) => event.bytes));
      for (const watcher of [...group.watchers]) {
        if (watcher.liveSince <= from) watcher.push(bytes, from);
        else if (watcher.liveSince < through) {
          const rest = events.filter(({ revision }) => revision > watcher.liveSince);
          if (rest.length > 0) watcher.push(joinBytes(rest.map((event) => event.bytes)), watcher.liveSince);
        }
        served++;
        if (served % SLICE === 0) await (served <= SLICE * POLLS ? this.#aside() : this.#options.turns.settled());
      }
    }
  }

  /** Turns that only wait for the disk come before what waits at the sockets. */
  #aside(): Promise<void> {
    return new Promise((resume) => this.#options.turns.later(resume));
  }

  /** One timer for all watchers: each knows when its heartbeat, bookmark or end is due. */
  #scheduleTick(due: number): void {
    if (this.#nextTick && this.#nextTick.due <= due) return;
    this.#nextTick?.cancel();
    const tick = Math.ceil(due / TICK_MS) * TICK_MS;
    const wait = Math.max(0, tick - this.#options.turns.now());
    this.#nextTick = { due: tick, cancel: this.#options.turns.after(wait, () => this.#tick()) };
  }

  #tick(): void {
    this.#nextTick = undefined;
    // In the middle of a batch some watchers are ahead of the rest; the end of the batch calls this again.
    if (this.#delivering) return;
    const now = this.#options.turns.now();
    for (const watcher of [...this.#all]) if (watcher.due <= now) watcher.tick(now);
    const next = [...this.#all].reduce((least, { due }) => Math.min(least, due), Number.POSITIVE_INFINITY);
    if (next < Number.POSITIVE_INFINITY) this.#scheduleTick(next);
  }
}
