/**
 * A cursor over valid JSON text, for walks that need more than JSON.parse provides: duplicate keys, the order of keys,
 * numbers as written.
 */
export class JsonText {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The code of the first character of the next value, after white space. */
  peek(): number {
    const { text } = this;
    let code = text.charCodeAt(this.at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++this.at);
    return code;
  }

  /** Consumes the next character if it is this one. */
  take(code: number): boolean {
    if (this.peek() !== code) return false;
    this.at++;
    return true;
  }

  string(): string {
    const { text } = this;
    const from = this.at + 1;
    const to = closingQuote(text, from);
    this.at = to + 1;
    const raw = text.slice(from, to);
    // Go replaces lone surrogates, which only escapes can introduce.
    return raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string).toWellFormed() : raw;
  }

  /** A number, true, false or null as written. */
  literal(): string {
    const from = this.at;
    while (!isDelimiter(this.text.charCodeAt(this.at))) this.at++;
    return this.text.slice(from, this.at);
  }

  /** Skips the next value, however deep, and returns its text. */
  skip(): string {
    const first = this.peek();
    const from = this.at;
    if (first === QUOTE) this.at = closingQuote(this.text, from + 1) + 1;
    else if (first === OPEN_OBJECT || first === OPEN_ARRAY) this.#skipNested();
    else this.literal();
    return this.text.slice(from, this.at);
  }

  #skipNested(): void {
    let depth = 0;
    do {
      const code = this.text.charCodeAt(this.at);
      if (code === QUOTE) this.at = closingQuote(this.text, this.at + 1);
      else if (code === OPEN_OBJECT || code === OPEN_ARRAY) depth++;
      else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) depth--;
      this.at++;
    } while (depth > 0);
  }
}

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;

/** The end of the string that starts at `from`. */
function closingQuote(text: string, from: number): number {
  for (let at = from; ; ) {
    const quote = text.indexOf('"', at);
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return quote;
    at = quote + 1;
  }
}

const isDelimiter = (code: number) =>
  code === COMMA || code === CLOSE_OBJECT || code === CLOSE_ARRAY || code <= 0x20 || Number.isNaN(code);
