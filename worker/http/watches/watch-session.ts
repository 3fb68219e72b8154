/**
 * Many watches on one socket. While things happen, each is an ordinary watch of the API, requested with the client's
 * own credential each time; then it rests until the store reports that its resource has changed (rules WATCH-MANY,
 * WATCH-REST).
 */
import { LineSplitter } from "../../../api/line-splitter.ts";
import { badRequest, internalError, type Status } from "../../../api/machinery/status.ts";
import { asRevision } from "../../../api/store/revision.ts";
import type { GroupResource, Revision } from "../../../api/store/store.ts";
import { type SocketWatchEvent, WATCH_WINDOW, type WatchCall, type WatchMessage } from "../../../api/watch-socket.ts";

/** Seconds that a stream stays open before the watch may rest. */
const STREAM_SECONDS = 5;
const MAX_WATCHES = 64;
/** A mark follows so many characters. */
const MARK_EVERY = WATCH_WINDOW / 4;
/** What a message costs besides its text while it waits. */
const OF_MESSAGE = 100;
/** Events wait for room. Only who sends calls or pings and reads no answers has so much under way. */
const MAX_UNREAD = 4 * WATCH_WINDOW;
/** The platform limits subrequests (1,000): the client reconnects, and resumes by revision. */
const MAX_STREAMS = 900;

export interface WatchSessionOptions {
  readonly send: (text: string) => void;
  readonly close: (code: number, why: string) => void;
  /** A text that nobody can guess. */
  readonly newMark: () => string;
  /** A GET of the API, as the user who opened the socket. */
  readonly fetch: (path: string, accept: string | undefined) => Promise<Response>;
  /** The store's resource for a path; undefined if its objects are not stored. */
  readonly resourceAt: (path: string) => Promise<GroupResource | undefined>;
  readonly feed: {
    listen(resource: GroupResource): Promise<void>;
    newest(resource: GroupResource): Revision;
    changed(resource: GroupResource, after: Revision, ended: () => boolean): Promise<void>;
    wake(): void;
  };
}

interface Watch {
  readonly id: number;
  readonly path: string;
  readonly accept: string | undefined;
  /** Everything up to here was sent. */
  since: string;
  ended: boolean;
}

export class WatchSession {
  readonly #options: WatchSessionOptions;
  readonly #watches = new Map<number, Watch>();
  readonly #waitingForRoom = new Set<() => void>();
  /** Marks that were not returned, and how much was sent before each, oldest first. */
  #marks: { readonly mark: string; readonly characters: number }[] = [];
  #sinceMark = 0;
  #streams = 0;

  constructor(options: WatchSessionOptions) {
    this.#options = options;
  }

  receive(text: string): void {
    const call = parseCall(text);
    if (!call) this.#options.close(1008, "no such message");
    else if ("read" in call) this.#read(call.read);
    else if ("end" in call) this.#end(call.end);
    else this.#begin(call);
  }

  /** The client has left. */
  stop(): void {
    for (const id of [...this.#watches.keys()]) this.#end(id);
    this.#marks = [];
    this.#sinceMark = 0;
    this.#wakeWaiting();
  }

  /** The answer to a client's ping. */
  pong(): void {
    this.#send("pong");
  }

  #begin({ watch: id, path, accept, since }: Extract<WatchCall, { watch: number }>): void {
    if (this.#watches.has(id) || this.#watches.size >= MAX_WATCHES) {
      this.#sendMessage({ watch: id, refused: badRequest(`at most ${MAX_WATCHES} watches, each with its own number`) });
      return;
    }
    const watch: Watch = { id, path, accept, since, ended: false };
    this.#watches.set(id, watch);
    this.#follow(watch)
      .catch((error: Error) => this.#refuse(watch, internalError(error.message)))
      .finally(() => this.#watches.delete(id));
  }

  #end(id: number): void {
    const watch = this.#watches.get(id);
    if (!watch) return;
    watch.ended = true;
    this.#options.feed.wake();
  }

  async #follow(watch: Watch): Promise<void> {
    const { feed, resourceAt } = this.#options;
    const resource = await resourceAt(watch.path);
    if (resource !== undefined) await feed.listen(resource);
    while (!watch.ended) {
      const newest = resource === undefined ? 0 : feed.newest(resource);
      await this.#stream(watch);
      // The stream has sent everything up to when it began.
      if (newest > Number(watch.since)) watch.since = String(newest);
      if (watch.ended || resource === undefined) continue;
      this.#sendMessage({ watch: watch.id, revision: watch.since });
      await feed.changed(resource, asRevision(newest), () => watch.ended);
    }
  }

  async #stream(watch: Watch): Promise<void> {
    if (++this.#streams > MAX_STREAMS) {
      this.#options.close(1012, "come again");
      return this.stop();
    }
    const response = await this.#options.fetch(streamPath(watch), watch.accept);
    if (!response.ok || !response.body) return this.#refuse(watch, await statusOf(response));
    this.#sendMessage({ watch: watch.id, revision: watch.since });
    const reader = response.body.getReader();
    const splitter = new LineSplitter(new TextDecoder());
    try {
      while (!watch.ended) {
        const { done, value } = await reader.read();
        if (done) return;
        await this.#pass(watch, splitter.push(value));
      }
    } finally {
      await reader.cancel().catch(() => {});
    }
  }

  async #pass(watch: Watch, lines: readonly string[]): Promise<void> {
    const last = lines.at(-1);
    if (last === undefined) return;
    while (this.#unread > WATCH_WINDOW && !watch.ended)
      await new Promise<void>((resume) => this.#waitingForRoom.add(resume));
    if (watch.ended) return;
    // The API's own texts, verbatim.
    const text = `{"watch":${watch.id},"events":[${lines.join(",")}]}`;
    this.#send(text);
    const { type, object } = JSON.parse(last) as SocketWatchEvent;
    if (type === "ERROR") watch.ended = true;
    const { metadata } = object as { metadata?: { resourceVersion?: string } };
    if (metadata?.resourceVersion) watch.since = metadata.resourceVersion;
  }

  /** Characters that the client is not known to have read. */
  get #unread(): number {
    return this.#marks.reduce((sum, { characters }) => sum + characters, this.#sinceMark);
  }

  #send(text: string): void {
    this.#options.send(text);
    this.#sinceMark += text.length + OF_MESSAGE;
    if (this.#sinceMark > MARK_EVERY) {
      const mark = this.#options.newMark();
      this.#marks.push({ mark, characters: this.#sinceMark });
      this.#sinceMark = 0;
      this.#options.send(JSON.stringify({ mark } satisfies WatchMessage));
    }
    if (this.#unread <= MAX_UNREAD) return;
    this.#options.close(1008, "what was sent is not read");
    this.stop();
  }

  /** A mark that was never sent is ignored. */
  #read(mark: string): void {
    this.#marks = this.#marks.slice(this.#marks.findIndex((each) => each.mark === mark) + 1);
    this.#wakeWaiting();
  }

  #wakeWaiting(): void {
    const waiting = [...this.#waitingForRoom];
    this.#waitingForRoom.clear();
    for (const resume of waiting) resume();
  }

  #refuse(watch: Watch, refused: Status): void {
    if (!watch.ended) this.#sendMessage({ watch: watch.id, refused });
    watch.ended = true;
  }

  #sendMessage(message: WatchMessage): void {
    this.#send(JSON.stringify(message));
  }
}

function streamPath({ path, since }: Watch): string {
  const [at = "", query] = path.split("?", 2);
  const parameters = new URLSearchParams(query);
  parameters.set("watch", "1");
  parameters.set("resourceVersion", since);
  parameters.set("timeoutSeconds", String(STREAM_SECONDS));
  return `${at}?${parameters}`;
}

async function statusOf(response: Response): Promise<Status> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Status;
  } catch {
    return { ...internalError(text.trim()), code: response.status };
  }
}

function parseCall(text: string): WatchCall | undefined {
  let call: Readonly<Record<string, unknown>> | null;
  try {
    call = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof call !== "object" || call === null) return undefined;
  const { watch, path, accept, since, end, read } = call;
  if (isCount(end)) return { end };
  if (typeof read === "string") return { read };
  if (!isCount(watch) || typeof path !== "string" || typeof since !== "string") return undefined;
  return { watch, path, since, ...(typeof accept === "string" ? { accept } : {}) };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
