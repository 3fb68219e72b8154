/** A platform's TextDecoder. */
interface Decoder {
  decode(bytes: Uint8Array, options: { readonly stream: boolean }): string;
}

/**
 * Splits a text that arrives in pieces into lines. Only `\n` ends a line: JSON strings may contain other line
 * terminators.
 */
export class LineSplitter {
  readonly #decoder: Decoder;
  #rest = "";

  constructor(decoder: Decoder) {
    this.#decoder = decoder;
  }

  /** The lines that this piece completes. Pieces may be cut within a character. */
  push(bytes: Uint8Array): string[] {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines;
  }

  /** The last, incomplete line. */
  get rest(): string {
    return this.#rest;
  }
}
