/**
 * The node's end of a tunnel: frames of a channel byte and bytes, and a window that the other end opens again as it
 * passes bytes on, so that a slow reader slows the writer (docs/spec/node-link.md).
 */
import type { WebSocket } from "ws";
import type { NodeAnswer } from "../../api/node-sync.ts";

/** What stream a frame belongs to: those of `v5.channel.k8s.io`. */
export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** Bytes that may be under way. */
const WINDOW = 1024 * 1024;

export class Tunnel {
  readonly #socket: WebSocket;
  readonly #abort = new AbortController();
  #unread = 0;
  #resume: (() => void) | undefined;
  /** Whole messages, for protocols that have frames of their own; else they go to `onFrame`. */
  onMessage: ((bytes: Buffer) => void) | undefined;
  onFrame: (channel: number, bytes: Buffer) => void = () => {};

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (isBinary) {
        if (this.onMessage !== undefined) this.onMessage(data);
        else this.onFrame(data[0] ?? 0, data.subarray(1));
        return;
      }
      this.#unread -= readCount(data.toString());
      if (this.#unread < WINDOW) this.#resume?.();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#abort.abort();
      this.#resume?.();
    });
  }

  /** Aborted when the other end is gone. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  answer(answer: NodeAnswer): void {
    this.#socket.send(JSON.stringify(answer));
  }

  /** Settles when more may be sent. */
  send(channel: number, bytes: Buffer): Promise<void> {
    return this.sendMessage(Buffer.concat([Buffer.of(channel), bytes]));
  }

  async sendMessage(bytes: Buffer): Promise<void> {
    if (this.signal.aborted) return;
    this.#unread += bytes.length;
    this.#socket.send(bytes);
    if (this.#unread < WINDOW) return;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
    this.#resume = undefined;
  }

  close(): void {
    this.#socket.close(1000);
  }
}

/** `{"read": N}`: so many bytes were passed on. */
function readCount(text: string): number {
  try {
    const { read } = JSON.parse(text) as { readonly read?: unknown };
    return typeof read === "number" ? read : 0;
  } catch {
    return 0;
  }
}
