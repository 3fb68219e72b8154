/** Reports what is wrong with invalid JSON, in the words of Go's encoding/json. */
import { parseExactJson } from "./exact-json.ts";

/** Deeper than any sensible object, and shallow enough for every recursive walk. */
export const MAX_DEPTH = 1000;

/** Objects per body: more than any object that can be stored, and few enough to be defaulted. */
export const MAX_STRUCTS = 100_000;
export const TOO_MANY_STRUCTS = `the object has more than ${MAX_STRUCTS} parts`;

/** The value, or the error. Members named `__proto__` become plain own properties. */
export function parseJson(
  text: string,
  mostStructs = Number.POSITIVE_INFINITY,
): { ok: true; value: unknown } | { ok: false; message: string } {
  try {
    const problem = sizeProblem(text, mostStructs);
    if (problem !== undefined) return { ok: false, message: problem };
    return { ok: true, value: parseExactJson(text) };
  } catch {
    return { ok: false, message: new Scanner(text).problem() };
  }
}

/**
 * The error for a bracket that is too deep, or one too many. Only counts in texts with enough brackets to matter,
 * outside of strings.
 */
function sizeProblem(text: string, mostStructs: number): string | undefined {
  if (text.length < 2 * MAX_DEPTH) return undefined;
  let depth = 0;
  let structs = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      for (;;) {
        at = text.indexOf('"', at + 1);
        if (at < 0) return undefined;
        let slashes = 0;
        while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++;
        if (slashes % 2 === 0) break;
      }
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_DEPTH) return `invalid character '${text.charAt(at)}' exceeded max depth`;
      if (code === 0x7b && ++structs > mostStructs) return TOO_MANY_STRUCTS;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return undefined;
}

class Problem extends Error {}

/** Walks the grammar, and stops at the first character at which Go would stop. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  problem(): string {
    try {
      this.#value();
      this.#space();
      if (this.#at < this.#text.length) this.#refuse("after top-level value");
      return "invalid JSON";
    } catch (problem) {
      if (problem instanceof Problem) return problem.message;
      throw problem;
    }
  }

  #value(): void {
    this.#space();
    const char = this.#text[this.#at];
    if (char === "{") this.#members("}", "object");
    else if (char === "[") this.#members("]", "array");
    else if (char === '"') this.#string();
    else if (char === "t") this.#word("true");
    else if (char === "f") this.#word("false");
    else if (char === "n") this.#word("null");
    else if (char !== undefined && /[-0-9]/.test(char)) this.#number();
    else this.#refuse("looking for beginning of value");
  }

  #members(close: string, container: "object" | "array"): void {
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === close) {
      this.#at++;
      return;
    }
    for (;;) {
      if (container === "object") this.#key();
      this.#value();
      this.#space();
      const char = this.#text[this.#at];
      if (char !== "," && char !== close) {
        this.#refuse(container === "object" ? "after object key:value pair" : "after array element");
      }
      this.#at++;
      if (char === close) return;
    }
  }

  #key(): void {
    this.#space();
    if (this.#text[this.#at] !== '"') this.#refuse("looking for beginning of object key string");
    this.#string();
    this.#space();
    if (this.#text[this.#at] !== ":") this.#refuse("after object key");
    this.#at++;
  }

  #string(): void {
    for (this.#at++; this.#text[this.#at] !== '"'; this.#at++) {
      const char = this.#text[this.#at];
      if (char === undefined || char < " ") this.#refuse("in string literal");
      if (char === "\\") this.#escape();
    }
    this.#at++;
  }

  #escape(): void {
    const char = this.#text[++this.#at];
    if (char === "u") {
      for (let digits = 0; digits < 4; digits++) {
        const digit = this.#text[++this.#at];
        if (digit === undefined || !/[0-9a-fA-F]/.test(digit)) this.#refuse("in \\u hexadecimal character escape");
      }
    } else if (char === undefined || !'"\\/bfnrt'.includes(char)) this.#refuse("in string escape code");
  }

  #word(word: string): void {
    for (const [index, expected] of [...word].entries()) {
      if (this.#text[this.#at] !== expected) this.#refuse(`in literal ${word} (expecting '${word[index]}')`);
      this.#at++;
    }
  }

  #number(): void {
    if (this.#text[this.#at] === "-") {
      this.#at++;
      if (!this.#isDigit()) this.#refuse("in numeric literal");
    }
    if (this.#text[this.#at] === "0") this.#at++;
    else this.#digits();
    if (this.#text[this.#at] === ".") {
      this.#at++;
      if (!this.#isDigit()) this.#refuse("after decimal point in numeric literal");
      this.#digits();
    }
    if (/[eE]/.test(this.#text[this.#at] ?? "")) {
      this.#at++;
      if (/[-+]/.test(this.#text[this.#at] ?? "")) this.#at++;
      if (!this.#isDigit()) this.#refuse("in exponent of numeric literal");
      this.#digits();
    }
  }

  #digits(): void {
    while (this.#isDigit()) this.#at++;
  }

  #isDigit(): boolean {
    return /[0-9]/.test(this.#text[this.#at] ?? "");
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  #refuse(context: string): never {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) throw new Problem("unexpected end of JSON input");
    throw new Problem(`invalid character ${goQuoteChar(code)} ${context}`);
  }
}

/** Go prints the byte, so a character beyond ASCII appears as its first byte in Latin-1. */
function goQuoteChar(code: number): string {
  if (code === 0x27) return `'\\''`;
  if (code === 0x22) return `'"'`;
  if (code === 0x5c) return `'\\\\'`;
  const named = { 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r" }[code];
  if (named) return `'${named}'`;
  if (code < 0x20 || code === 0x7f) return `'\\x${code.toString(16).padStart(2, "0")}'`;
  if (code < 0x7f) return `'${String.fromCharCode(code)}'`;
  const byte = code < 0x800 ? 0xc0 | (code >> 6) : code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18);
  return byte < 0xa1 ? `'\\u00${byte.toString(16)}'` : `'${String.fromCharCode(byte)}'`;
}
