/**
 * A list that stays true: listed once, then watched from its resourceVersion, resumed where a stream ended, and listed
 * anew only after 410 Gone. A page that nobody looks at lets go of its stream, so that the cluster can sleep.
 */
import { signal } from "@preact/signals";
import { problemOf, read } from "../api/connection.ts";
import { isVisible, whenVisible } from "./visibility.ts";
import { type WatchEvent, watchEvents } from "./watch-events.ts";

export interface LiveSource<T> {
  /** The list's path, without a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly accept?: string;
  /** A list's answer as items by uid. */
  readonly decodeList: (body: unknown) => Iterable<readonly [uid: string, item: T]>;
  /** An event's object the same way; undefined for what is no item. */
  readonly decodeEvent: (object: unknown) => readonly [uid: string, item: T] | undefined;
}

export type LiveState =
  | { readonly name: "loading" }
  | { readonly name: "live" }
  | { readonly name: "reconnecting"; readonly problem: string }
  | { readonly name: "refused"; readonly code: number; readonly problem: string };

/** Large clusters come in pages, so that the first rows show at once. */
const PAGE = 1000;
const LONGEST_PAUSE_MS = 15_000;

interface ListBody {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

type Ending = "resume" | "relist" | "refused";

export class LiveList<T> {
  readonly items = signal<ReadonlyMap<string, T>>(new Map());
  readonly state = signal<LiveState>({ name: "loading" });
  readonly #source: LiveSource<T>;
  readonly #stop = new AbortController();
  #revision = "";
  #failures = 0;

  constructor(source: LiveSource<T>) {
    this.#source = source;
    void this.#run();
  }

  close(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { signal: stop } = this.#stop;
    while (!stop.aborted) {
      await whenVisible(stop);
      if (stop.aborted) return;
      try {
        if (this.#revision === "" && (await this.#list()) === "refused") return;
        const ending = await this.#watch();
        if (ending === "refused") return;
        if (ending === "relist") this.#revision = "";
        this.#failures = 0;
      } catch (error) {
        if (stop.aborted) return;
        if (!isVisible()) continue;
        this.state.value = { name: "reconnecting", problem: error instanceof Error ? error.message : String(error) };
        await pause(Math.min(LONGEST_PAUSE_MS, 500 * 2 ** this.#failures++), stop);
      }
    }
  }

  async #list(): Promise<Ending> {
    const items = new Map<string, T>();
    let next: string | undefined;
    do {
      const response = await this.#read(
        { limit: String(PAGE), ...(next ? { continue: next } : {}) },
        this.#stop.signal,
      );
      if (response.status === 410) {
        items.clear();
        next = undefined;
        continue;
      }
      if (!response.ok) return this.#refuse(response);
      const body = (await response.json()) as ListBody;
      for (const [uid, item] of this.#source.decodeList(body)) items.set(uid, item);
      this.#revision = body.metadata?.resourceVersion ?? "";
      next = body.metadata?.continue;
      // The first page of a first list shows before the rest has come.
      if (next && this.state.peek().name === "loading") this.items.value = new Map(items);
    } while (next);
    this.items.value = items;
    this.state.value = { name: "live" };
    return "resume";
  }

  async #watch(): Promise<Ending> {
    const watching = new AbortController();
    const release = () => watching.abort();
    this.#stop.signal.addEventListener("abort", release);
    const hide = () => isVisible() || release();
    document.addEventListener("visibilitychange", hide);
    try {
      const query = { watch: "1", resourceVersion: this.#revision, allowWatchBookmarks: "true" };
      const response = await this.#read(query, watching.signal);
      if (response.status === 410) return "relist";
      if (!response.ok) return this.#refuse(response);
      if (!response.body) return "resume";
      this.#failures = 0;
      this.state.value = { name: "live" };
      for await (const events of watchEvents(response.body)) {
        if (this.#take(events) === "relist") return "relist";
      }
      return "resume";
    } finally {
      document.removeEventListener("visibilitychange", hide);
      this.#stop.signal.removeEventListener("abort", release);
      watching.abort();
    }
  }

  #take(events: readonly WatchEvent[]): Ending {
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

  async #refuse(response: Response): Promise<Ending> {
    if (response.status === 429 || response.status >= 500) throw new Error(await problemOf(response));
    this.state.value = { name: "refused", code: response.status, problem: await problemOf(response) };
    return "refused";
  }

  #read(query: Readonly<Record<string, string>>, stop: AbortSignal): Promise<Response> {
    const { path, accept } = this.#source;
    const parameters = new URLSearchParams({ ...this.#source.query, ...query });
    return read(`${path}?${parameters}`, { signal: stop, ...(accept ? { accept } : {}) });
  }
}

const pause = (ms: number, stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
