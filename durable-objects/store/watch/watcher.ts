/**
 * One watch: a stream that first sends the current state if asked to, then the log after a revision, both read as the
 * client takes them, and then goes live. A client that falls behind returns to reading the log at its own pace, so at
 * most one queue is buffered for it; a client that takes nothing for a minute is cut off (rule WATCH-SLOW).
 */
import { expired } from "../../../api/machinery/status.ts";
import { asRevision } from "../../../api/store/revision.ts";
import type { GroupResource, Revision, WatchRequest } from "../../../api/store/store.ts";
import type { Turns } from "../turns.ts";
import { bookmark, type EventForm, eventForm, INITIAL_EVENTS_END } from "./event-form.ts";
import type { StatePart, StateReader, WatchSource } from "./watch-source.ts";

interface WatcherOptions {
  readonly source: WatchSource;
  readonly turns: Turns;
  /** The revision up to which live watchers have been served. */
  readonly sentThrough: () => Revision;
  readonly join: () => void;
  readonly leave: () => void;
  readonly closed: () => void;
}

/** Bytes that may wait for the client; one event more at worst. */
const QUEUE_BYTES = 256 * 1024;
/** Milliseconds. Kubernetes sends bookmarks about every minute, and one shortly before the end. */
const BOOKMARK_MS = 60_000;
const BOOKMARK_BEFORE_END_MS = 2000;
const HEARTBEAT_MS = 20_000;
const STALLED_MS = 60_000;

type State =
  | { readonly is: "initial"; readonly reader: StateReader }
  | { readonly is: "behind"; readonly cursor: Revision }
  | { readonly is: "live"; readonly since: Revision }
  /** Nothing more is sent; what is queued may still be taken. */
  | { readonly is: "ending" }
  | { readonly is: "closed" };

export class Watcher {
  readonly stream: ReadableStream<Uint8Array>;
  readonly resource: GroupResource;
  readonly #request: WatchRequest;
  readonly #form: EventForm;
  readonly #options: WatcherOptions;
  readonly #ends: number;
  #state: State;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #nextBookmark: number;
  #lastSent: number;
  /** Since when the client has taken nothing from a full queue. */
  #lastPulled: number;
  #resumePull = () => {};
  /**
   * The stream wants more, so what was sent before has been taken. The platform takes it out of the queue long before
   * the client does.
   */
  #isPulling = false;

  constructor(request: WatchRequest, options: WatcherOptions) {
    this.#request = request;
    this.resource = request.resource;
    this.#form = eventForm(request.events);
    this.#options = options;
    const now = options.turns.now();
    this.#ends = now + request.timeoutSeconds * 1000;
    this.#lastSent = now;
    this.#lastPulled = now;
    this.#nextBookmark = this.#bookmarkAfter(now);
    this.#state = this.#firstState();
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: async () => {
          this.#isPulling = true;
          try {
            await this.#pull();
          } catch (error) {
            // The stream breaks off with this error, and nobody cancels it.
            this.#close();
            throw error;
          }
          this.#isPulling = false;
        },
        cancel: () => this.#close(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: QUEUE_BYTES }),
    );
  }

  /** The revision that live watchers had been served up to when this one joined; infinite while it is not live. */
  get liveSince(): Revision {
    return this.#state.is === "live" ? this.#state.since : asRevision(Number.POSITIVE_INFINITY);
  }

  /** When `tick` has something to do (ms since the epoch). */
  get due(): number {
    if (this.#state.is === "ending") return Number.POSITIVE_INFINITY;
    const bookmark = this.#request.bookmarks ? this.#nextBookmark : Number.POSITIVE_INFINITY;
    return Math.min(this.#ends, bookmark, this.#lastSent + HEARTBEAT_MS);
  }

  /** Sends a live watcher what comes after `from`. */
  push(bytes: Uint8Array, from: Revision): void {
    if (this.#state.is !== "live") return;
    if ((this.#controller?.desiredSize ?? 0) > 0) this.#send(bytes);
    else {
      this.#options.leave();
      this.#state = { is: "behind", cursor: from };
      this.#lastPulled = this.#options.turns.now();
      this.#resumePull();
    }
  }

  /** Resolves when this watcher falls behind. The stream then pulls again once the client has taken something. */
  #untilBehind(): Promise<void> {
    return new Promise((resolve) => {
      this.#resumePull = resolve;
    });
  }

  tick(now: number): void {
    if (this.#state.is === "ending") return;
    const isFull = (this.#controller?.desiredSize ?? 0) <= 0;
    // A bookmark precedes the end, even if both are overdue.
    if (!isFull && this.#request.bookmarks && now >= this.#nextBookmark) {
      this.#nextBookmark = this.#bookmarkAfter(now);
      if (this.#state.is === "live") this.#send(bookmark(this.#request, this.#sentThrough()));
    }
    if (now >= this.#ends) {
      this.end();
      return;
    }
    if (isFull) {
      if (now - this.#lastPulled > STALLED_MS) this.cutOff("the watch was not read");
      this.#lastSent = now;
      this.#nextBookmark = Math.max(this.#nextBookmark, now + 1000);
      return;
    }
    if (now - this.#lastSent < HEARTBEAT_MS) return;
    if (this.#form.heartbeat) this.#send(this.#form.heartbeat);
    else this.#lastSent = now;
  }

  #firstState(): State {
    const { since, sendInitialEvents = since === undefined } = this.#request;
    const { source } = this.#options;
    if (!sendInitialEvents) return { is: "behind", cursor: since ?? source.marks().revision };
    const { resource, namespace, name, requirements, events } = this.#request;
    const wanted = {
      resource,
      ...(namespace !== undefined && { namespace }),
      ...(name !== undefined && { name }),
      ...(requirements && { requirements }),
      ...(events && { events }),
    };
    return { is: "initial", reader: source.state(wanted) };
  }

  /** The client took something: read on until there is something to take, or the watcher is live. */
  async #pull(): Promise<void> {
    this.#lastPulled = this.#options.turns.now();
    for (;;) {
      const state = this.#stateNow;
      if (state.is === "closed") return;
      if (state.is === "ending") return this.#closeIfDrained();
      // A live watcher is pushed to. Pulling after each event would cost a fifth as much as the event.
      if (state.is === "live") return this.#untilBehind();
      if (state.is === "initial") {
        const part = state.reader.next();
        if (this.#sendState(part instanceof Promise ? await part : part)) return;
        continue;
      }
      if (await this.#sendLog(state.cursor)) return;
    }
  }

  /** A getter, because TypeScript would otherwise narrow the state across an await. */
  get #stateNow(): State {
    return this.#state;
  }

  /** Returns whether something was sent. */
  #sendState(part: StatePart | "compacted"): boolean {
    if (this.#isOver()) return true;
    if (part === "compacted") {
      this.#expire();
      return true;
    }
    const { bytes, at, ended } = part;
    if (ended) this.#state = { is: "behind", cursor: at };
    const { sendInitialEvents, bookmarks } = this.#request;
    const marked = ended && sendInitialEvents && bookmarks;
    if (bytes.length > 0) this.#send(bytes);
    if (marked) this.#send(bookmark(this.#request, at, INITIAL_EVENTS_END));
    return bytes.length > 0 || marked === true;
  }

  /** Returns whether something was sent, or the watcher is live now. */
  async #sendLog(after: Revision): Promise<boolean> {
    const { source, turns, sentThrough } = this.#options;
    const { revision } = source.marks();
    await turns.settled();
    if (this.#isOver()) return true;
    const read = source.after(this.#request, after, revision);
    const part = read instanceof Promise ? await read : read;
    if (this.#isOver()) return true;
    if (part === "compacted") {
      this.#expire();
      return true;
    }
    const { bytes, through, ended } = part;
    if (ended && through >= sentThrough()) {
      this.#state = { is: "live", since: through };
      this.#options.join();
    } else this.#state = { is: "behind", cursor: through };
    if (bytes.length > 0) this.#send(bytes);
    return bytes.length > 0 || this.#stateNow.is === "live";
  }

  /** A function, because TypeScript would otherwise narrow the state across an await. */
  readonly #isOver = (): boolean => this.#state.is === "closed" || this.#state.is === "ending";

  #sentThrough(): Revision {
    return asRevision(Math.max(this.#options.sentThrough(), this.#state.is === "live" ? this.#state.since : 0));
  }

  #bookmarkAfter(now: number): number {
    const beforeEnd = this.#ends - BOOKMARK_BEFORE_END_MS;
    return now < beforeEnd ? Math.min(now + BOOKMARK_MS, beforeEnd) : Number.POSITIVE_INFINITY;
  }

  #send(bytes: Uint8Array): void {
    this.#lastSent = this.#options.turns.now();
    try {
      this.#controller?.enqueue(bytes);
    } catch {
      // The client left in the meantime.
      this.#close();
    }
  }

  /**
   * Ends cleanly. What was not sent is left to the client's next watch; what was sent counts as a watch until it is
   * taken.
   */
  end(): void {
    if (this.#isOver()) return;
    const wasPulling = this.#isPulling;
    this.#options.leave();
    this.#state = { is: "ending" };
    this.#resumePull();
    if (wasPulling) this.#closeIfDrained();
  }

  #closeIfDrained(): void {
    if ((this.#controller?.desiredSize ?? QUEUE_BYTES) < QUEUE_BYTES) return;
    this.#close();
    this.#controller?.close();
  }

  /** What should be sent next was compacted: the client has to list again, as by kube-apiserver. */
  #expire(): void {
    const status = expired("The resourceVersion for the provided watch is too old.");
    this.#send(this.#form.other("ERROR", status));
    this.end();
  }

  /** Drops the queue, which a clean end would keep until it is read. */
  cutOff(why: string): void {
    if (this.#state.is === "closed") return;
    this.#close();
    this.#controller?.error(new Error(why));
  }

  #close(): void {
    this.#state = { is: "closed" };
    this.#options.closed();
  }
}
