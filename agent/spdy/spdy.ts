/**
 * The subset of SPDY/3.1 that Kubernetes uses: streams are opened with headers, and both sides send data and
 * half-close. Clients of `port-forward` speak it inside their WebSocket, and container runtimes for exec and attach.
 * Like Go's implementation, this one has no flow control of its own; the transport has.
 */
import { parseHeaders, renderHeaders, spdyCodec } from "./spdy-headers.ts";
import type { Consumed } from "./write-to.ts";

const TYPE = { synStream: 1, synReply: 2, reset: 3, ping: 6, goAway: 7 } as const;
const FIN = 1;
const VERSION = 3;
const CONTROL = 0x8000;
/** Headers are the longest that they carry. */
const MAX_CONTROL_FRAME_BYTES = 256 * 1024;
/** The status code for resetting a stream. */
const CANCEL = 5;

export interface SpdyStream {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
  onData: (bytes: Buffer) => Consumed;
  /** The other side has sent its last byte, or is gone. */
  onEnd: () => void;
  /** The other side has reset the stream. */
  onReset: () => void;
  send(bytes: Buffer): Promise<void>;
  end(): Promise<void>;
  reset(): Promise<void>;
}

export interface SpdyOptions {
  readonly write: (bytes: Buffer) => Promise<void>;
  /** The other side has opened a stream. */
  readonly onStream?: (stream: SpdyStream) => void;
}

/** A data frame that has not arrived whole. */
interface OpenFrame {
  readonly id: number;
  readonly flags: number;
  left: number;
}

function controlFrame(type: number, payload: Buffer, flags = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(CONTROL | VERSION, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE((flags << 24) | payload.length, 4);
  return Buffer.concat([head, payload]);
}

function dataFrame(id: number, bytes: Buffer, flags = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(id, 0);
  head.writeUInt32BE(((flags << 24) | bytes.length) >>> 0, 4);
  return Buffer.concat([head, bytes]);
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, 4 * at);
  return bytes;
}

export class SpdySession {
  readonly #options: SpdyOptions;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #halfClosed = new Set<number>();
  readonly #codec = spdyCodec();
  #rest: Buffer = Buffer.alloc(0);
  #frame: OpenFrame | undefined;
  #isEnded = false;
  #nextId = 1;
  /** Frames are processed one after another: headers share their compression state. */
  #taking: Promise<void> = Promise.resolve();
  #opening: Promise<unknown> = Promise.resolve();

  constructor(options: SpdyOptions) {
    this.#options = options;
  }

  /** Whether the other side is gone, or has sent what is not SPDY: nothing more is read. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Takes bytes from the other side, cut anywhere. Settles when more may come. */
  receive(bytes: Buffer): Promise<void> {
    this.#taking = this.#taking.then(() => (this.#isEnded ? undefined : this.#take(bytes))).catch(() => this.end());
    return this.#taking;
  }

  /** Opens a stream, as a client does. */
  open(headers: Readonly<Record<string, string>>): Promise<SpdyStream> {
    const opened = this.#opening.then(async () => {
      const id = this.#nextId;
      this.#nextId += 2;
      const stream = this.#stream(id, new Map(Object.entries(headers)));
      const block = await this.#codec.deflate(renderHeaders(headers));
      await this.#options.write(controlFrame(TYPE.synStream, Buffer.concat([numbers(id, 0), Buffer.alloc(2), block])));
      return stream;
    });
    this.#opening = opened.catch(() => {});
    return opened;
  }

  /** The other side is gone. */
  end(): void {
    this.#isEnded = true;
    this.#rest = Buffer.alloc(0);
    for (const stream of this.#streams.values()) stream.onEnd();
    this.#streams.clear();
    this.#codec.close();
  }

  async #take(bytes: Buffer): Promise<void> {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (!this.#isEnded) {
      if (this.#frame !== undefined) {
        if (this.#rest.length === 0 && this.#frame.left > 0) return;
        await this.#data(this.#frame);
        continue;
      }
      if (this.#rest.length < 8) return;
      const first = this.#rest.readUInt32BE(0);
      const flags = this.#rest.readUInt8(4);
      const length = this.#rest.readUIntBE(5, 3);
      if (first >>> 31 === 0) {
        this.#frame = { id: first, flags, left: length };
        this.#rest = this.#rest.subarray(8);
        continue;
      }
      if (length > MAX_CONTROL_FRAME_BYTES) throw new Error("a control frame is too long");
      if (this.#rest.length < 8 + length) return;
      const payload = this.#rest.subarray(8, 8 + length);
      this.#rest = this.#rest.subarray(8 + length);
      await this.#control(first & 0xffff, payload, flags);
    }
  }

  /** Data is passed on as it arrives: a frame may have 16 MiB. */
  async #data(frame: OpenFrame): Promise<void> {
    const payload = this.#rest.subarray(0, frame.left);
    this.#rest = this.#rest.subarray(payload.length);
    frame.left -= payload.length;
    if (frame.left === 0) this.#frame = undefined;
    if (payload.length > 0) await this.#streams.get(frame.id)?.onData(payload);
    if (frame.left === 0 && (frame.flags & FIN) !== 0) this.#ended(frame.id);
  }

  /** No more data will come. */
  #ended(id: number): void {
    this.#streams.get(id)?.onEnd();
    this.#endHalf(id);
  }

  /** A stream is forgotten when both sides have sent their last byte. */
  #endHalf(id: number): void {
    if (this.#halfClosed.delete(id)) this.#streams.delete(id);
    else if (this.#streams.has(id)) this.#halfClosed.add(id);
  }

  #removeStream(id: number): void {
    this.#halfClosed.delete(id);
    this.#streams.delete(id);
  }

  async #control(type: number, payload: Buffer, flags: number): Promise<void> {
    switch (type) {
      case TYPE.synStream:
        return this.#accept(payload, flags);
      case TYPE.synReply:
        // The content is irrelevant, but later headers depend on the compression state.
        await this.#codec.inflate(payload.subarray(4));
        if ((flags & FIN) !== 0) this.#ended(payload.readUInt32BE(0));
        return;
      case TYPE.ping:
        return this.#options.write(controlFrame(TYPE.ping, payload));
      case TYPE.reset: {
        const id = payload.readUInt32BE(0);
        const stream = this.#streams.get(id);
        this.#removeStream(id);
        stream?.onReset();
        return;
      }
      case TYPE.goAway:
        return this.end();
    }
  }

  async #accept(payload: Buffer, flags: number): Promise<void> {
    const id = payload.readUInt32BE(0) & 0x7fffffff;
    const stream = this.#stream(id, parseHeaders(await this.#codec.inflate(payload.subarray(10))));
    const block = await this.#codec.deflate(renderHeaders({}));
    await this.#options.write(controlFrame(TYPE.synReply, Buffer.concat([numbers(id), block])));
    this.#options.onStream?.(stream);
    if ((flags & FIN) !== 0) this.#ended(id);
  }

  #stream(id: number, headers: ReadonlyMap<string, string>): SpdyStream {
    const { write } = this.#options;
    const stream: SpdyStream = {
      id,
      headers,
      onData: () => undefined,
      onEnd: () => {},
      onReset: () => stream.onEnd(),
      send: (bytes) => write(dataFrame(id, bytes)),
      end: () => {
        this.#endHalf(id);
        return write(dataFrame(id, Buffer.alloc(0), FIN));
      },
      reset: () => {
        this.#removeStream(id);
        return write(controlFrame(TYPE.reset, numbers(id, CANCEL)));
      },
    };
    this.#streams.set(id, stream);
    return stream;
  }
}
