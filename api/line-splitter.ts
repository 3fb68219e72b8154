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
  /** The incomplete line, in the pieces it came in: joined once, however many there are. */
  #rest: string[] = [];

  constructor(decoder: Decoder) {
    this.#decoder = decoder;
  }

  /** The lines that this piece completes. Pieces may be cut within a character. */
  push(bytes: Uint8Array): string[] {
    const lines = this.#decoder.decode(bytes, { stream: true }).split("\n");
    const rest = lines.pop() ?? "";
    const [first] = lines;
    if (first === undefined) {
      this.#rest.push(rest);
      return [];
    }
    lines[0] = this.#rest.join("") + first;
    this.#rest = [rest];
    return lines;
  }

  /** The last, incomplete line. */
  get rest(): string {
    return this.#rest.join("");
  }
}
