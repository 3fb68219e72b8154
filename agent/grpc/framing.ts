/** How gRPC frames messages: a byte that says whether it is compressed, its length, and the message. */

const PREFIX = 5;
/** Like the kubelet's limit for a container runtime. A probed container may announce any length, and send it. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(PREFIX + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, PREFIX);
  return framed;
}

/** Splits input in pieces of any size into messages. None is compressed, because we do not offer it. */
export class MessageReader {
  readonly #onMessage: (message: Buffer) => void;
  #pieces: Buffer[] = [];
  #length = 0;
  /** How many bytes are needed for the next message, or for its length. */
  #needed = PREFIX;

  constructor(onMessage: (message: Buffer) => void) {
    this.#onMessage = onMessage;
  }

  /** Returns why reading must stop; undefined: it may go on. */
  read(piece: Buffer): string | undefined {
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length < this.#needed) return undefined;
    let bytes = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces, this.#length);
    while (bytes.length >= PREFIX) {
      const length = bytes.readUInt32BE(1);
      if (length > MAX_MESSAGE_BYTES)
        return `grpc: received message larger than max (${length} vs. ${MAX_MESSAGE_BYTES})`;
      const end = PREFIX + length;
      this.#needed = end;
      if (bytes.length < end) break;
      this.#onMessage(bytes.subarray(PREFIX, end));
      bytes = bytes.subarray(end);
      this.#needed = PREFIX;
    }
    this.#pieces = bytes.length === 0 ? [] : [bytes];
    this.#length = bytes.length;
    return undefined;
  }
}
