/**
 * Reads of a stream of bytes that may be long. The platform's own reads take 4 KiB at most, and each is then a chunk, a
 * record of TLS and a system call of its own. Here they grow while the stream fills them, so that one without news holds
 * little memory.
 */
const FIRST_BYTES = 4 * 1024;
const MAX_BYTES = 128 * 1024;

export class LongReads {
  readonly #reader: ReadableStreamBYOBReader;
  #size = FIRST_BYTES;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader({ mode: "byob" });
  }

  /** What is there, if anything is; undefined at the end. */
  async read(): Promise<Uint8Array | undefined> {
    const { done, value } = await this.#reader.read(new Uint8Array(this.#size));
    if (done || value === undefined) return undefined;
    if (value.length === this.#size) this.#size = Math.min(4 * this.#size, MAX_BYTES);
    else if (value.length <= FIRST_BYTES) this.#size = FIRST_BYTES;
    return value;
  }

  cancel(reason?: unknown): Promise<void> {
    return this.#reader.cancel(reason);
  }
}
