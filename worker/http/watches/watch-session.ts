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
const MOST_WATCHES = 64;
/** The platform limits subrequests (1,000): the client reconnects, and resumes by revision. */
const MOST_STREAMS = 900;

export interface WatchSessionOptions {
  readonly send: (text: string) => void;
  readonly close: (code: number, why: string) => void;
  /** A GET of the API, as the user who opened the socket. */
  readonly ask: (path: string, accept: string | undefined) => Promise<Response>;
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
  #room = WATCH_WINDOW;
  #streams = 0;

  constructor(options: WatchSessionOptions) {
    this.#options = options;
  }

  hear(text: string): void {
    const call = parseCall(text);
    if (!call) this.#options.close(1008, "no such message");
    else if ("took" in call) this.#give(call.took);
    else if ("end" in call) this.#end(call.end);
    else this.#begin(call);
  }

  /** The client has left. */
  stop(): void {
    for (const id of [...this.#watches.keys()]) this.#end(id);
    this.#give(WATCH_WINDOW);
  }

  #begin({ watch: id, path, accept, since }: Extract<WatchCall, { watch: number }>): void {
    if (this.#watches.has(id) || this.#watches.size >= MOST_WATCHES) {
      this.#tell({ watch: id, refused: badRequest(`at most ${MOST_WATCHES} watches, each with its own number`) });
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
      this.#tell({ watch: watch.id, revision: watch.since });
      await feed.changed(resource, asRevision(newest), () => watch.ended);
    }
  }

  async #stream(watch: Watch): Promise<void> {
    if (++this.#streams > MOST_STREAMS) {
      this.#options.close(1012, "come again");
      return this.stop();
    }
    const response = await this.#options.ask(streamPath(watch), watch.accept);
    if (!response.ok || !response.body) return this.#refuse(watch, await statusOf(response));
    this.#tell({ watch: watch.id, revision: watch.since });
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
    while (this.#room <= 0 && !watch.ended) await new Promise<void>((resume) => this.#waitingForRoom.add(resume));
    if (watch.ended) return;
    // The API's own texts, verbatim.
    const text = `{"watch":${watch.id},"events":[${lines.join(",")}]}`;
    this.#room -= text.length;
    this.#options.send(text);
    const { type, object } = JSON.parse(last) as SocketWatchEvent;
    if (type === "ERROR") watch.ended = true;
    const { metadata } = object as { metadata?: { resourceVersion?: string } };
    if (metadata?.resourceVersion) watch.since = metadata.resourceVersion;
  }

  #give(room: number): void {
    this.#room = Math.min(WATCH_WINDOW, this.#room + room);
    const waiting = [...this.#waitingForRoom];
    this.#waitingForRoom.clear();
    for (const resume of waiting) resume();
  }

  #refuse(watch: Watch, refused: Status): void {
    if (!watch.ended) this.#tell({ watch: watch.id, refused });
    watch.ended = true;
  }

  #tell(news: WatchMessage): void {
    this.#options.send(JSON.stringify(news));
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
  const { watch, path, accept, since, end, took } = call;
  if (isCount(end)) return { end };
  if (isCount(took)) return { took };
  if (!isCount(watch) || typeof path !== "string" || typeof since !== "string") return undefined;
  return { watch, path, since, ...(typeof accept === "string" ? { accept } : {}) };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
