/**
 * A live list: fetched once, then watched from its resourceVersion, resumed after a lost connection, and fetched again
 * only after 410 Gone. A hidden page closes its watches, so that the cluster can sleep.
 */
import { signal } from "@preact/signals";
import { errorMessage } from "../../api/error-message.ts";
import type { Status } from "../../api/machinery/status.ts";
import type { SocketWatchEvent } from "../../api/watch-socket.ts";
import { problemOf } from "../api/problem-of.ts";
import type { ListPlace } from "./list-place.ts";
import { pause } from "./pause.ts";

export interface LiveSource<T> {
  /** The list's path, without a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly accept?: string;
  /** Decodes a list into items by uid. */
  readonly decodeList: (body: unknown) => Iterable<readonly [uid: string, item: T]>;
  /** Decodes an event's object in the same way; undefined if it is not an item. */
  readonly decodeEvent: (object: unknown) => readonly [uid: string, item: T] | undefined;
}

export type LiveState =
  /** With a problem if nothing has answered so far. */
  | { readonly name: "loading"; readonly problem?: string }
  | { readonly name: "live" }
  /** The state at an old revision, which no longer changes. */
  | { readonly name: "past" }
  | { readonly name: "reconnecting"; readonly problem: string }
  | { readonly name: "refused"; readonly code: number; readonly problem: string };

/** Large clusters are fetched in pages: a small one first, so that rows appear at once, then as few as possible. */
const FIRST_PAGE = 500;
const PAGE = 5000;
const MAX_PAUSE_MS = 15_000;

interface ListBody {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

interface LiveListOptions {
  /** The displayed revision; "" for the present. */
  readonly at: string;
  readonly place: ListPlace;
}

type Ending = "resume" | "relist" | "refused";

export class LiveList<T> {
  readonly items = signal<ReadonlyMap<string, T>>(new Map());
  readonly state = signal<LiveState>({ name: "loading" });
  readonly #source: LiveSource<T>;
  readonly #at: string;
  readonly #place: ListPlace;
  readonly #stop = new AbortController();
  /** Of a complete list, from which it is watched; "" before there is one. */
  #revision = "";
  #failures = 0;

  constructor(source: LiveSource<T>, { at, place }: LiveListOptions) {
    this.#source = source;
    this.#at = at;
    this.#place = place;
    void this.#run();
  }

  close(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { signal: stop } = this.#stop;
    while (!stop.aborted) {
      await this.#place.whenVisible(stop);
      if (stop.aborted) return;
      try {
        const listed = this.#revision === "" ? await this.#list() : "resume";
        const ending = listed === "resume" && this.#at === "" ? await this.#watch() : listed;
        if (ending === "refused" || this.#at !== "") return;
        if (ending === "relist") this.#revision = "";
        this.#failures = 0;
      } catch (error) {
        if (stop.aborted) return;
        if (!this.#place.isVisible()) continue;
        const problem = errorMessage(error);
        this.state.value = { name: this.state.peek().name === "loading" ? "loading" : "reconnecting", problem };
        await pause(Math.min(MAX_PAUSE_MS, 500 * 2 ** this.#failures++), stop);
      }
    }
  }

  async #list(): Promise<Ending> {
    const items = new Map<string, T>();
    let next: string | undefined;
    let revision = "";
    do {
      const response = await this.#read(
        { limit: String(next ? PAGE : FIRST_PAGE), ...this.#from(next) },
        this.#stop.signal,
      );
      // The other pages are no longer to be had; a compacted revision does not come back at all.
      if (response.status === 410 && this.#at === "") return "relist";
      if (!response.ok) return this.#refuse(response);
      const body = (await response.json()) as ListBody;
      for (const [uid, item] of this.#source.decodeList(body)) items.set(uid, item);
      revision = body.metadata?.resourceVersion ?? "";
      next = body.metadata?.continue;
      // On the first load, rows of the first page are shown before the rest has arrived.
      if (next && this.state.peek().name === "loading") this.items.value = new Map(items);
    } while (next);
    this.#revision = revision;
    this.items.value = items;
    this.state.value = { name: this.#at === "" ? "live" : "past" };
    return "resume";
  }

  /** The parameters of the next page. */
  #from(next: string | undefined): Readonly<Record<string, string>> {
    if (next) return { continue: next };
    return this.#at === "" ? {} : { resourceVersion: this.#at, resourceVersionMatch: "Exact" };
  }

  async #watch(): Promise<Ending> {
    // The page may have been hidden while the list was fetched.
    await this.#place.whenVisible(this.#stop.signal);
    if (this.#stop.signal.aborted) return "resume";
    return this.#place.whileVisible(this.#stop.signal, async (seen) => {
      const { path, accept } = this.#source;
      const watching = new AbortController();
      const release = () => watching.abort();
      seen.addEventListener("abort", release);
      let ending: Ending = "resume";
      const watch = {
        path: `${path}?${new URLSearchParams(this.#source.query)}`,
        accept,
        since: this.#revision,
        take: (events: readonly SocketWatchEvent[]) => {
          this.#live();
          ending = this.#take(events);
          if (ending === "relist") release();
        },
        rest: (revision: string) => {
          this.#live();
          this.#revision = revision;
        },
      };
      const ended = await this.#place.watch(watch, watching.signal);
      if (ended.name === "refused") return this.#refuseWatch(ended.status);
      if (!watching.signal.aborted) throw new Error("The connection was lost.");
      return ending;
    });
  }

  #live(): void {
    this.#failures = 0;
    if (this.state.peek().name !== "live") this.state.value = { name: "live" };
  }

  #take(events: readonly SocketWatchEvent[]): Ending {
    const items = new Map(this.items.peek());
    for (const { type, object } of events) {
      if (type === "ERROR") return "relist";
      const { metadata } = object as ListBody;
      if (metadata?.resourceVersion) this.#revision = metadata.resourceVersion;
      const decoded = type === "BOOKMARK" ? undefined : this.#source.decodeEvent(object);
      if (!decoded) continue;
      if (type === "DELETED") items.delete(decoded[0]);
      else items.set(decoded[0], decoded[1]);
    }
    this.items.value = items;
    return "resume";
  }

  #refuseWatch({ code = 500, message = "" }: Status): Ending {
    if (code === 410) return "relist";
    if (code === 401) this.#place.signOut("The cluster no longer accepts this token. Sign in again.");
    if (code === 429 || code >= 500) throw new Error(message);
    this.state.value = { name: "refused", code, problem: message };
    return "refused";
  }

  async #refuse(response: Response): Promise<Ending> {
    if (response.status === 429 || response.status >= 500) throw new Error(await problemOf(response));
    this.state.value = { name: "refused", code: response.status, problem: await problemOf(response) };
    return "refused";
  }

  #read(query: Readonly<Record<string, string>>, stop: AbortSignal): Promise<Response> {
    const { path, accept } = this.#source;
    const parameters = new URLSearchParams({ ...this.#source.query, ...query });
    return this.#place.read(`${path}?${parameters}`, { signal: stop, ...(accept ? { accept } : {}) });
  }
}
