/** A platform's TextDecoder. */
interface Decoder {
  decode(bytes: Uint8Array, options: { readonly stream: boolean }): string;
}

/** The lines of a text that comes in pieces. Nothing but `\n` ends one: JSON leaves other ends of lines in strings as they are. */
export class LineSplitter {
  readonly #decoder: Decoder;
  #rest = "";

  constructor(decoder: Decoder) {
    this.#decoder = decoder;
  }

  /** The lines that this piece ends. Pieces may be cut within a character. */
  push(bytes: Uint8Array): string[] {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines;
  }

  /** What no piece has ended yet. */
  get rest(): string {
    return this.#rest;
  }
}
