/**
 * This node's end of a relay: a WebSocket to the control plane's object that joins it with one other node
 * (docs/spec/pod-network.md). Dialled when there is something to carry, and closed after an idle period.
 */
import type { WebSocket } from "ws";
import { RELAY_MARK } from "../../../api/node/relay-message.ts";
import { containFaults } from "../../contained-faults.ts";
import { steadyNow } from "../../steady-now.ts";
import { packFrames, unpackFrames } from "./frames.ts";
import { Session, type SessionOptions } from "./session.ts";

/** The first byte of a message to the other node. */
const KIND = { greeting: 1, answer: 2, frames: 3, received: 4 } as const;
/** Bytes under way. The excess is dropped, as by any full link: the pods' own TCP slows down. */
const WINDOW = 1024 * 1024;
const TELL_EVERY = 128 * 1024;
const COUNT = 8;
const BATCH = 60_000;
/** Frames per turn, and frames that may wait for the first greeting. */
const MAX_WAITING = 256;
const PING_MS = 10_000;
const SILENCE_MS = 25_000;
const IDLE_MS = 120_000;

export interface RelayLinkOptions extends SessionOptions {
  readonly dial: () => WebSocket;
  /** A frame for this node's kernel. */
  readonly deliver: (frame: Buffer) => void;
  /** `idle`: nothing was carried for a while. */
  readonly onClose: (why: "idle" | "lost") => void;
}

export class RelayLink {
  readonly #options: RelayLinkOptions;
  readonly #session: Session;
  readonly #socket: WebSocket;
  readonly #pulse: NodeJS.Timeout;
  #waiting: Buffer[] = [];
  #flushing: NodeJS.Immediate | undefined;
  #sent = 0;
  #acknowledged = 0;
  #received = 0;
  #announced = 0;
  #receivedAt = steadyNow();
  #used = steadyNow();
  #end: "idle" | "lost" = "lost";

  constructor(options: RelayLinkOptions) {
    this.#options = options;
    this.#session = new Session(options);
    this.#socket = options.dial();
    this.#pulse = setInterval(() => this.#beat(), PING_MS).unref();
    containFaults(this.#socket, "a connection to another node by the relay", () => this.#socket.terminate());
    this.#socket.on("open", () => this.#greet(KIND.greeting));
    this.#socket.on("message", (data: Buffer, isBinary: boolean) => {
      this.#receivedAt = steadyNow();
      if (isBinary) this.#receive(data);
    });
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => {
      clearInterval(this.#pulse);
      clearImmediate(this.#flushing);
      options.onClose(this.#end);
    });
  }

  send(frame: Buffer): void {
    this.#used = steadyNow();
    if (this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push(frame);
    if (this.#session.isOpen) this.#flushing ??= setImmediate(() => this.#flush());
  }

  close(): void {
    this.#socket.terminate();
  }

  #beat(): void {
    const now = steadyNow();
    if (now - this.#receivedAt > SILENCE_MS) this.#socket.terminate();
    else if (now - this.#used > IDLE_MS) {
      this.#end = "idle";
      this.#socket.close(1000, "idle");
    } else if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send("ping");
  }

  #greet(kind: number): void {
    this.#socket.send(Buffer.concat([Buffer.of(kind), this.#session.greeting]));
  }

  /**
   * What has arrived in this turn of the event loop is sent together: one message is encrypted once, and billed once.
   */
  #flush(): void {
    this.#flushing = undefined;
    const frames = this.#waiting;
    this.#waiting = [];
    for (let i = 0; i < frames.length; ) {
      let bytes = 0;
      const start = i;
      for (; i < frames.length && bytes < BATCH; i++) bytes += frames[i]?.length ?? 0;
      if (this.#sent - this.#acknowledged + bytes > WINDOW) return;
      const sealed = this.#session.seal(packFrames(frames.slice(start, i)));
      if (sealed === undefined) return;
      this.#sent += sealed.length;
      this.#socket.send(Buffer.concat([Buffer.of(KIND.frames), sealed]));
    }
  }

  #receive(message: Buffer): void {
    const content = message.subarray(1);
    switch (message[0]) {
      case KIND.greeting:
      case KIND.answer:
        this.#greeted(content, message[0]);
        break;
      case KIND.frames:
        this.#carried(content);
        break;
      case KIND.received:
        // A peer that acknowledges more than was sent gets no larger window.
        if (content.length === COUNT) this.#acknowledged = Math.min(this.#sent, Number(content.readBigUInt64BE(0)));
        break;
      case RELAY_MARK:
        this.#socket.send(message);
    }
  }

  #greeted(greeting: Buffer, kind: number): void {
    const isNew = this.#session.greeted(greeting);
    if (kind === KIND.greeting) this.#greet(KIND.answer);
    if (!isNew) return;
    // Both sides count from here: what was under way to the previous connection is lost.
    this.#sent = 0;
    this.#acknowledged = 0;
    this.#received = 0;
    this.#announced = 0;
    this.#flush();
  }

  #carried(sealed: Buffer): void {
    const packed = this.#session.open(sealed);
    if (packed === undefined) return;
    this.#used = steadyNow();
    for (const frame of unpackFrames(packed)) this.#options.deliver(frame);
    this.#received += sealed.length;
    if (this.#received - this.#announced < TELL_EVERY) return;
    this.#announced = this.#received;
    const count = Buffer.alloc(COUNT);
    count.writeBigUInt64BE(BigInt(this.#received));
    this.#socket.send(Buffer.concat([Buffer.of(KIND.received), count]));
  }
}
