/**
 * As much of SPDY/3.1 as `kubectl port-forward` speaks inside its WebSocket: the client opens streams, both sides send
 * data and half-close. Go's implementation has no flow control, and neither has this one.
 */
import { constants, createDeflate, createInflate } from "node:zlib";
import { SPDY_DICTIONARY } from "./spdy-dictionary.ts";

const TYPE = { synStream: 1, synReply: 2, reset: 3, ping: 6, goAway: 7 } as const;
const FIN = 1;
const VERSION = 3;
const CONTROL = 0x8000;

export interface SpdyStream {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
  onData: (bytes: Buffer) => void;
  /** The client has sent its last byte, or has given up the stream. */
  onEnd: () => void;
  send(bytes: Buffer): Promise<void>;
  end(): Promise<void>;
}

export interface SpdyOptions {
  readonly write: (bytes: Buffer) => Promise<void>;
  readonly onStream: (stream: SpdyStream) => void;
}

/** Compresses or expands blocks that share one state, each flushed for itself. */
function codec(stream: ReturnType<typeof createDeflate> | ReturnType<typeof createInflate>) {
  const pieces: Buffer[] = [];
  stream.on("data", (piece: Buffer) => pieces.push(piece));
  return (block: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      stream.once("error", reject);
      stream.write(block);
      stream.flush(constants.Z_SYNC_FLUSH, () => {
        stream.off("error", reject);
        resolve(Buffer.concat(pieces.splice(0)));
      });
    });
}

function parseHeaders(block: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 4;
  const text = () => {
    const length = block.readUInt32BE(at);
    at += 4 + length;
    return block.toString("utf8", at - length, at);
  };
  for (let count = block.readUInt32BE(0); count > 0; count--) headers.set(text().toLowerCase(), text());
  return headers;
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

export class SpdySession {
  readonly #options: SpdyOptions;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #inflate = codec(createInflate({ dictionary: SPDY_DICTIONARY }));
  readonly #deflate = codec(createDeflate({ dictionary: SPDY_DICTIONARY }));
  #rest: Buffer = Buffer.alloc(0);
  /** Frames are taken one after the other: headers share the state of their compression. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: SpdyOptions) {
    this.#options = options;
  }

  /** Bytes from the client, cut anywhere. */
  receive(bytes: Buffer): void {
    this.#turn = this.#turn.then(() => this.#take(bytes)).catch(() => this.end());
  }

  /** The client is gone. */
  end(): void {
    for (const stream of this.#streams.values()) stream.onEnd();
    this.#streams.clear();
  }

  async #take(bytes: Buffer): Promise<void> {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 8) {
      const flags = this.#rest.readUInt8(4);
      const length = this.#rest.readUIntBE(5, 3);
      if (this.#rest.length < 8 + length) return;
      const frame = this.#rest.subarray(0, 8 + length);
      this.#rest = this.#rest.subarray(8 + length);
      const payload = frame.subarray(8);
      const first = frame.readUInt16BE(0);
      if ((first & CONTROL) === 0) this.#data(frame.readUInt32BE(0), payload, flags);
      else await this.#control(frame.readUInt16BE(2), payload, flags);
    }
  }

  #data(id: number, payload: Buffer, flags: number): void {
    const stream = this.#streams.get(id);
    if (payload.length > 0) stream?.onData(Buffer.from(payload));
    if ((flags & FIN) !== 0) stream?.onEnd();
  }

  async #control(type: number, payload: Buffer, flags: number): Promise<void> {
    switch (type) {
      case TYPE.synStream:
        return this.#open(payload, flags);
      case TYPE.ping:
        return this.#options.write(controlFrame(TYPE.ping, Buffer.from(payload)));
      case TYPE.reset: {
        const id = payload.readUInt32BE(0);
        this.#streams.get(id)?.onEnd();
        this.#streams.delete(id);
        return;
      }
      case TYPE.goAway:
        return this.end();
    }
  }

  async #open(payload: Buffer, flags: number): Promise<void> {
    const id = payload.readUInt32BE(0) & 0x7fffffff;
    const headers = parseHeaders(await this.#inflate(payload.subarray(10)));
    const { write } = this.#options;
    const stream: SpdyStream = {
      id,
      headers,
      onData: () => {},
      onEnd: () => {},
      send: (bytes) => write(dataFrame(id, bytes)),
      end: () => write(dataFrame(id, Buffer.alloc(0), FIN)),
    };
    this.#streams.set(id, stream);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(id);
    // A reply without headers: a count of none.
    await write(controlFrame(TYPE.synReply, Buffer.concat([head, await this.#deflate(Buffer.alloc(4))])));
    this.#options.onStream(stream);
    if ((flags & FIN) !== 0) stream.onEnd();
  }
}
