/**
 * The answer to a request that came over the link (rule LINK-REQUEST). It goes back over the link if it is short and
 * comes soon; otherwise it is held until the node is called to a tunnel for it, and nothing more is read of it.
 */
import { type LinkAnswer as Head, MAX_LINK_BODY } from "../../api/node/link-request.ts";
import type { NodeResponse } from "../../api/node/node-sync.ts";
import type { Answer } from "./answer.ts";
import { CHANNEL, type Tunnel } from "./tunnel.ts";

/** How long its beginning may take; and then its end, or a watch would seem to have no news. */
const HEAD_MS = 1000;
const BODY_MS = 25;
/** How long it is held. */
const HELD_MS = 15_000;

export interface LinkAnswerOptions {
  /** Sends the whole answer over the link, unless the link has no room for it. Returns whether it was sent. */
  readonly reply: (head: Head, body: Buffer) => boolean;
  /** From now on it is held. */
  readonly hold: () => void;
  /** It is held no longer. */
  readonly release: () => void;
}

export class LinkAnswer implements Answer {
  readonly #options: LinkAnswerOptions;
  readonly #abort = new AbortController();
  #head: NodeResponse | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #closed: number | undefined;
  #state: "collecting" | "held" | "passed on" | "ended" = "collecting";
  #timer: NodeJS.Timeout;
  #tunnel: Tunnel | undefined;
  #settle: () => void = () => {};
  /** Whoever sends more waits for it. */
  readonly #settled = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });

  constructor(options: LinkAnswerOptions) {
    this.#options = options;
    this.#timer = setTimeout(() => this.#hold(), HEAD_MS);
  }

  /** Aborted when nobody wants the answer any more. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get hasResponded(): boolean {
    return this.#head !== undefined;
  }

  respond(head: NodeResponse): void {
    this.#head = head;
    this.#tunnel?.respond(head);
    if (this.#state !== "collecting") return;
    clearTimeout(this.#timer);
    // What has arrived while the process was busy comes first.
    this.#timer = setTimeout(() => setImmediate(() => this.#hold()), BODY_MS);
  }

  /** Settles when more may be sent. */
  async send(channel: number, bytes: Buffer): Promise<void> {
    if (this.#state === "ended") return;
    if (this.#state === "passed on") return this.#tunnel?.send(channel, bytes);
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_LINK_BODY) this.#hold();
    if (this.#state === "held") await this.#settled;
  }

  close(code = 1000): void {
    this.#closed = code;
    if (this.#state === "passed on") this.#tunnel?.close(code);
    if (this.#state !== "collecting") return;
    clearTimeout(this.#timer);
    const response = code === 1000 ? this.#head : BROKEN_OFF;
    if (response && this.#options.reply({ response }, Buffer.concat(this.#chunks))) this.#state = "ended";
    else this.#hold();
  }

  #hold(): void {
    if (this.#state !== "collecting") return;
    clearTimeout(this.#timer);
    this.#state = "held";
    this.#timer = setTimeout(() => this.abandon(), HELD_MS);
    this.#options.hold();
  }

  /** Nobody has called for it. */
  abandon(): void {
    clearTimeout(this.#timer);
    this.#state = "ended";
    this.#chunks = [];
    this.#options.release();
    this.#abort.abort();
    this.#settle();
  }

  /** Continues in the tunnel that the node was called to. */
  async continueIn(tunnel: Tunnel): Promise<void> {
    clearTimeout(this.#timer);
    this.#options.release();
    tunnel.signal.addEventListener("abort", () => this.#abort.abort());
    if (tunnel.signal.aborted) this.#abort.abort();
    this.#tunnel = tunnel;
    if (this.#head) tunnel.respond(this.#head);
    for (let next = this.#chunks.shift(); next; next = this.#chunks.shift()) await tunnel.send(CHANNEL.stdout, next);
    this.#state = "passed on";
    this.#settle();
    if (this.#closed !== undefined) tunnel.close(this.#closed);
  }
}

const BROKEN_OFF: NodeResponse = { code: 500, reason: "InternalError", message: "the answer broke off" };
