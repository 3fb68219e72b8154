/**
 * The watches that a relay carries for a store (docs/decisions/0012). It follows the store's log over one stream and
 * serves its watchers as the store would. For initial state, and for history older than what it received, it asks the
 * store.
 */
import { LineSplitter } from "../../../api/line-splitter.ts";
import { asRevision } from "../../../api/store/revision.ts";
import type { Change, ListPage, ReadResult, Revision, Store, WatchRequest } from "../../../api/store/store.ts";
import type { WatchResult } from "../log/refusal.ts";
import { moveRevision } from "../revision-text.ts";
import type { LogRow } from "../tables/log-tables.ts";
import type { Turns } from "../turns.ts";
import { eventText } from "./encoded-events.ts";
import { eventForm } from "./event-form.ts";
import { RelayedLog } from "./relayed-log.ts";
import { parseTailLine } from "./tail-line.ts";
import { eventOf, LoggedChange } from "./watch-event.ts";
import { isConcernedBy, type Wanted } from "./watch-groups.ts";
import { readLog } from "./watch-history.ts";
import { WatchHub } from "./watch-hub.ts";
import type { LogPart, StatePart, StateReader, WatchSource } from "./watch-source.ts";

/** The store as a relay asks it. */
export interface RelayedStore extends Pick<Store, "after" | "list" | "read" | "status"> {
  /** The log after a revision (log-tail.ts); undefined if it does not reach back that far. */
  tail(since: Revision, watches: number): Promise<ReadableStream<Uint8Array> | undefined>;
  /** Reports how many watches are here. */
  holds(watches: number): Promise<void>;
}

interface RelayedWatchesOptions {
  /** Returns a stub that has not broken. */
  readonly store: () => RelayedStore;
  readonly turns: Turns;
  /** UTF-16 units of the log's text that are kept. */
  readonly maxLogLength?: number;
}

/** Objects per page, and changes per answer. */
const PAGE = 200;
/** Milliseconds from a broken stream to the next attempt, and how long there may be none. */
const RETRY_MS = 200;
const TIMEOUT_MS = 15_000;
/** How often the number of watches is reported to the store at most (ms). */
const REPORT_MS = 1000;

export class RelayedWatches {
  readonly #options: RelayedWatchesOptions;
  readonly #hub: WatchHub;
  #log = new RelayedLog(asRevision(0));
  /** Set while the log is followed; resolves once it is. */
  #following: Promise<void> | undefined;
  /** Watches that are being opened. */
  #opening = 0;
  #tail: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #reporting = false;

  constructor(options: RelayedWatchesOptions) {
    this.#options = options;
    this.#hub = new WatchHub({ turns: options.turns, source: this.#source(), counted: () => this.#counted() });
  }

  get size(): number {
    return this.#hub.size;
  }

  /**
   * The store has allowed the watch without knowing who has how many here; it only knows the total. Throws if the store
   * cannot be reached.
   */
  async open(request: WatchRequest): Promise<WatchResult> {
    this.#opening++;
    try {
      this.#following ??= this.#begin();
      await this.#following;
      const fromNow = request.since === undefined && request.sendInitialEvents === false;
      const since = fromNow ? (await this.#options.store().status()).revision : request.since;
      // The relay gave up in the meantime: nobody would send this watch anything.
      if (!this.#following) throw new Error("the store's log cannot be followed");
      const { holder } = request.share ?? {};
      const refused = this.#hub.refuses(holder && { holder });
      return refused ?? { ok: true, stream: this.#hub.open({ ...request, ...(since !== undefined && { since }) }) };
    } finally {
      this.#opening--;
      this.#leaveIfEmpty();
    }
  }

  async #begin(): Promise<void> {
    try {
      const { revision } = await this.#options.store().status();
      this.#log = new RelayedLog(revision, this.#options.maxLogLength);
    } catch (error) {
      this.#following = undefined;
      throw error;
    }
    void this.#follow();
  }

  /** Follows the log as long as anybody watches, over as many streams as it takes. */
  async #follow(): Promise<void> {
    const { store, turns } = this.#options;
    let lost = turns.now();
    while (this.#isWanted()) {
      try {
        const tail = await store().tail(this.#log.revision, this.#hub.size);
        if (!tail) break;
        lost = Number.POSITIVE_INFINITY;
        await this.#read(tail);
      } catch {
        // The store restarted, or the connection was cut: resume from where we were.
      }
      if (lost === Number.POSITIVE_INFINITY) lost = turns.now();
      if (turns.now() - lost > TIMEOUT_MS) break;
      if (this.#isWanted()) await new Promise<void>((resume) => void turns.after(RETRY_MS, resume));
    }
    this.#following = undefined;
    // A client that resumes by revision misses nothing, or the store answers that it must list again.
    this.#hub.cutOff("the watch was interrupted");
  }

  async #read(tail: ReadableStream<Uint8Array>): Promise<void> {
    const splitter = new LineSplitter(new TextDecoder());
    const reader = tail.getReader();
    this.#tail = reader;
    this.#counted();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        for (const line of splitter.push(value)) {
          if (line === "") continue;
          const entry = parseTailLine(line);
          if (entry.row.revision > this.#log.revision) this.#log.append(entry);
        }
        this.#hub.wake();
        // Reads no faster than it can pass on.
        await this.#hub.drained();
        this.#log.forget();
      }
    } finally {
      this.#tail = undefined;
      // An unfinished stream would wait at the store for its relay.
      void reader.cancel().catch(() => {});
    }
  }

  readonly #isWanted = () => this.#hub.size + this.#opening > 0;

  #counted(): void {
    this.#leaveIfEmpty();
    if (this.#reporting || !this.#tail) return;
    this.#reporting = true;
    this.#options.turns.after(REPORT_MS, () => {
      this.#reporting = false;
      if (!this.#tail) return;
      this.#options
        .store()
        .holds(this.#hub.size)
        .catch(() => {});
    });
  }

  /** Nobody watches any more: the store need not send this relay anything. */
  #leaveIfEmpty(): void {
    if (!this.#isWanted()) void this.#tail?.cancel().catch(() => {});
  }

  #source(): WatchSource {
    return {
      marks: () => ({ revision: this.#log.revision }),
      log: {
        rowsBetween: (after, through, resources) => this.#log.rowsBetween(after, through, resources),
        row: (revision) => this.#log.row(revision),
      },
      state: (wanted) => this.#stateReader(wanted),
      after: (wanted, revision) => this.#after(wanted, revision),
    };
  }

  #after(wanted: WatchRequest, revision: Revision): LogPart | Promise<LogPart | "compacted"> {
    const log = this.#log;
    // The store was ahead of what this relay has received.
    if (revision >= log.revision) return { bytes: new Uint8Array(), through: revision, ended: true };
    return revision >= log.after
      ? readLog(log, wanted, { after: revision, newest: log.revision })
      : this.#requestLog(wanted, revision);
  }

  async #requestLog(wanted: WatchRequest, revision: Revision): Promise<LogPart | "compacted"> {
    const store = this.#options.store();
    const tail = await store.after({ revision, resources: [wanted.resource], limit: PAGE });
    if (!tail.ok) return "compacted";
    const run = eventForm(wanted.events).run();
    for (const change of tail.changes) {
      if (!isConcernedBy(wanted, change.key)) continue;
      const logged = new LoggedChange(rowOf(change));
      const event = eventOf(logged, wanted.requirements ?? []);
      if (!event) continue;
      if (event.text === "own") run.add(event.type, eventText(NO_ROWS, logged, event));
      else {
        const at = asRevision(change.revision - 1);
        const before = await store.read({ key: change.key, at });
        if (!before.ok || !before.entry) return "compacted";
        const { entry } = before;
        run.add(event.type, moveRevision(entry.text, entry.revision, change.revision));
      }
    }
    return { bytes: run.finish().bytes, through: tail.revision, ended: !tail.more };
  }

  #stateReader({ resource, namespace, name, requirements, events }: Wanted): StateReader {
    const wanted = {
      resource,
      ...(namespace !== undefined && { namespace }),
      ...(name !== undefined && { name }),
      ...(requirements && { requirements }),
    };
    let before: ListPage | undefined;
    return {
      next: async (): Promise<StatePart | "compacted"> => {
        const page: ReadResult<ListPage> = await this.#options.store().list({
          ...wanted,
          limit: PAGE,
          ...(before?.last && { at: before.revision, after: before.last }),
        });
        if (!page.ok) return "compacted";
        before = page;
        const run = eventForm(events).run();
        for (const { text } of page.items) run.add("ADDED", text);
        return { bytes: run.finish().bytes, at: page.revision, ended: !page.more };
      },
    };
  }
}

const NO_ROWS = { row: () => undefined };

/** A change as a log row, except for the entry it replaced. */
const rowOf = ({ type, revision, key, text, attributes, previous }: Change): LogRow => ({
  revision,
  replaced: null,
  tombstone: type === "DELETED",
  key,
  attributes: JSON.stringify(attributes),
  text,
  previous: previous ? JSON.stringify(previous) : null,
});
