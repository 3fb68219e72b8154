/**
 * The page's one connection for all of its watches (docs/spec/watch.md). Opened with the first watch and closed with
 * the last, or when the page is hidden; watches resume by revision.
 */
import { base64Url } from "../../api/machinery/encoding/base64url.ts";
import { WATCH_PROTOCOL, type WatchCall, type WatchMessage } from "../../api/watch-socket.ts";
import { prefix } from "../api/connection.ts";
import { token } from "../session.ts";
import type { WatchEnding, Watching } from "./list-place.ts";

/** Proxies close connections after a hundred silent seconds. Pings only wake the edge. */
const PING_MS = 30_000;
const SILENT_MS = 10_000;

interface Entry extends Watching {
  readonly end: (ending: WatchEnding) => void;
}

class WatchConnection {
  /** Whose connection it is. */
  readonly token = token.peek() ?? "";
  readonly #socket: WebSocket;
  readonly #watches = new Map<number, Entry>();
  readonly #gone: () => void;
  #pinging: ReturnType<typeof setInterval> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #lastId = 0;

  constructor(gone: () => void) {
    this.#gone = gone;
    const bearer = base64Url(new TextEncoder().encode(this.token));
    this.#socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${prefix}/sailplane/v1/watch`, [
      WATCH_PROTOCOL,
      `base64url.bearer.authorization.k8s.io.${bearer}`,
    ]);
    this.#socket.onopen = () => {
      for (const [id, watch] of this.#watches) this.#begin(id, watch);
      this.#pinging = setInterval(() => this.#ping(), PING_MS);
    };
    this.#socket.onmessage = ({ data }) => this.#receive(String(data));
    this.#socket.onclose = () => this.#end();
  }

  get isEmpty(): boolean {
    return this.#watches.size === 0;
  }

  add(watch: Entry): () => void {
    const id = ++this.#lastId;
    this.#watches.set(id, watch);
    if (this.#socket.readyState === WebSocket.OPEN) this.#begin(id, watch);
    return () => {
      if (!this.#watches.delete(id)) return;
      this.#send({ end: id });
    };
  }

  close(): void {
    // It ends now, not once the socket has closed.
    this.#socket.onclose = null;
    this.#socket.close(1000);
    this.#end();
  }

  #begin(id: number, { path, accept, since }: Watching): void {
    this.#send({ watch: id, path, since, ...(accept === undefined ? {} : { accept }) });
  }

  #send(call: WatchCall): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(call));
  }

  #receive(text: string): void {
    clearTimeout(this.#silence);
    if (text === "pong") return;
    const news = JSON.parse(text) as WatchMessage;
    if ("mark" in news) this.#send({ read: news.mark });
    else this.#tell(news);
  }

  #tell(news: Exclude<WatchMessage, { readonly mark: string }>): void {
    const watch = this.#watches.get(news.watch);
    if (!watch) return;
    if ("events" in news) watch.take(news.events);
    else if ("revision" in news) watch.rest(news.revision);
    else {
      this.#watches.delete(news.watch);
      watch.end({ name: "refused", status: news.refused });
    }
  }

  #ping(): void {
    this.#socket.send("ping");
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.close(), SILENT_MS);
  }

  #end(): void {
    clearInterval(this.#pinging);
    clearTimeout(this.#silence);
    this.#gone();
    const watches = [...this.#watches.values()];
    this.#watches.clear();
    for (const watch of watches) watch.end({ name: "lost" });
  }
}

let connection: WatchConnection | undefined;

/** Between two views nothing is watched for a moment, so the connection stays open for the next. */
const LINGER_MS = 1000;

function connect(): WatchConnection {
  const made: WatchConnection = new WatchConnection(() => {
    // There may be another one by now.
    if (connection === made) connection = undefined;
  });
  return made;
}

/** Resolves when the watch ends: refused, lost, or cancelled by `stop`. */
export function watchThrough(watching: Watching, stop: AbortSignal): Promise<WatchEnding> {
  return new Promise((resolve) => {
    // Another user has signed in.
    if (connection && connection.token !== token.peek()) connection.close();
    connection ??= connect();
    const through = connection;
    const remove = through.add({ ...watching, end: resolve });
    stop.addEventListener("abort", () => {
      remove();
      resolve({ name: "lost" });
      setTimeout(() => through.isEmpty && through.close(), LINGER_MS);
    });
  });
}
