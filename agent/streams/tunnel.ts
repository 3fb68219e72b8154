/**
 * The node's end of a tunnel: frames of a channel byte and data, or whole messages (docs/spec/node-link.md). Both
 * directions have backpressure: sending waits for room, and nothing is read while what has arrived has no place to go.
 */

import type { WebSocket } from "ws";
import type { NodeResponse } from "../../api/node/node-sync.ts";
import { fromClient, isPassedOn, toClient } from "../../api/terminal-protocol.ts";
import { containFaults } from "../contained-faults.ts";
import type { Consumed } from "../spdy/write-to.ts";
import { steadyNow } from "../steady-now.ts";

/** The channels of `v5.channel.k8s.io`. */
export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** Bytes that may be under way. */
const WINDOW = 1024 * 1024;
/** Keeps connections through NATs and proxies open. */
const PING_MS = 10_000;
/** How RFC 6455 names the end of a connection that nobody closed. */
const ABNORMAL = 1006;

export interface TunnelOptions {
  /** Incoming text messages open the window. */
  readonly oneWay?: boolean;
  /** What a client at the other end speaks (api/terminal-protocol.ts). */
  readonly protocol?: string | undefined;
}

export class Tunnel {
  readonly #socket: WebSocket;
  readonly #abort = new AbortController();
  /** Whether the other end reports what it has passed on. */
  readonly #isCounted: boolean;
  /** That of the client, if its messages differ from frames. */
  readonly #translated: string | undefined;
  #unread = 0;
  /** Messages being processed. */
  #pending = 0;
  #changed: Promise<void> | undefined;
  #change: () => void = () => {};
  #usedAt = steadyNow();
  #hasResponded = false;
  #isBroken = false;
  /** For whole messages, in protocols with framing of their own; otherwise they go to `onFrame`. */
  onMessage: ((bytes: Buffer, isBinary: boolean) => Consumed) | undefined;
  onFrame: (channel: number, bytes: Buffer) => Consumed = () => undefined;

  /** For an open socket. */
  constructor(socket: WebSocket, { oneWay = false, protocol }: TunnelOptions = {}) {
    this.#socket = socket;
    this.#isCounted = oneWay;
    this.#translated = protocol === undefined || isPassedOn(protocol) ? undefined : protocol;
    containFaults(socket, "a stream of the control plane's", () => socket.terminate());
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (oneWay && !isBinary) {
        this.#unread -= readCount(data.toString());
        this.#wake();
        return;
      }
      const consumed = this.#dispatch(data, isBinary);
      if (consumed !== undefined) void this.#pauseFor(consumed);
    });
    const pings = setInterval(() => socket.ping(), PING_MS);
    socket.on("error", () => {});
    socket.on("close", (code) => {
      clearInterval(pings);
      this.#isBroken = code === ABNORMAL;
      this.#abort.abort();
      this.#wake();
    });
  }

  /** When something was last received or sent (ms, monotonic). */
  get usedAt(): number {
    return this.#usedAt;
  }

  /** Input that cannot be processed ends its own stream, and nothing else on the node. */
  #dispatch(data: Buffer, isBinary: boolean): Consumed {
    this.#usedAt = steadyNow();
    try {
      if (this.onMessage) return this.onMessage(data, isBinary);
      const frame = this.#frameOf(data, isBinary);
      return frame && this.onFrame(frame[0] ?? 0, frame.subarray(1));
    } catch {
      this.close(1007);
      return undefined;
    }
  }

  #frameOf(data: Buffer, isBinary: boolean): Buffer | undefined {
    if (this.#translated === undefined || isBinary) return data;
    const frame = fromClient(this.#translated, data.toString());
    return frame && Buffer.from(frame);
  }

  async #pauseFor(consumed: Promise<unknown>): Promise<void> {
    this.#pending++;
    this.#socket.pause();
    await consumed.catch(() => {});
    if (--this.#pending === 0 && this.#socket.readyState === this.#socket.OPEN) this.#socket.resume();
  }

  /** Aborted when the other end is gone. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether it ended without a word from the other end. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  get hasResponded(): boolean {
    return this.#hasResponded;
  }

  respond(response: NodeResponse): void {
    this.#hasResponded = true;
    this.#socket.send(JSON.stringify(response));
  }

  /** Settles when more may be sent. */
  send(channel: number, bytes: Buffer): Promise<void> {
    if (this.#isCounted) return this.#sendInTwo(Buffer.of(channel), bytes);
    const frame = Buffer.concat([Buffer.of(channel), bytes]);
    const told = this.#translated === undefined ? frame : toClient(this.#translated, frame);
    if (told === undefined) return Promise.resolve();
    return typeof told === "string" ? this.sendMessage(Buffer.from(told), false) : this.sendMessage(Buffer.from(told));
  }

  /** One message, in two fragments: answers may be long, and putting the parts together would copy all of their bytes. */
  #sendInTwo(channel: Buffer, bytes: Buffer): Promise<void> {
    if (!this.signal.aborted) this.#socket.send(channel, { binary: true, fin: false });
    return this.sendMessage(bytes);
  }

  async sendMessage(bytes: Buffer, isBinary = true): Promise<void> {
    if (this.signal.aborted) return;
    this.#usedAt = steadyNow();
    if (this.#isCounted) this.#unread += bytes.length;
    this.#socket.send(bytes, { binary: isBinary }, () => this.#wake());
    while (!this.signal.aborted && Math.max(this.#unread, this.#socket.bufferedAmount) >= WINDOW) {
      this.#changed ??= new Promise((resolve) => {
        this.#change = resolve;
      });
      await this.#changed;
    }
  }

  #wake(): void {
    this.#changed = undefined;
    this.#change();
  }

  /** Ends the tunnel after everything sent so far; whatever still arrives is ignored. */
  close(code = 1000): void {
    this.onMessage = undefined;
    this.onFrame = () => undefined;
    this.#socket.close(code);
    this.#socket.resume();
  }

  /** The connection is broken: no close will arrive. */
  cut(): void {
    this.#socket.terminate();
  }
}

/** `{"read": N}`: this many bytes were passed on. */
function readCount(text: string): number {
  try {
    const { read } = JSON.parse(text) as { readonly read?: unknown };
    return typeof read === "number" ? read : 0;
  } catch {
    return 0;
  }
}
