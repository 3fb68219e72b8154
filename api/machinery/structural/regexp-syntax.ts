/**
 * The errors of a regular expression in the words of Go's regexp/syntax. RE2 has neither backreferences nor lookaround,
 * which JavaScript would accept.
 */

import { unicodeClass } from "./unicode-class.ts";

/** `error parsing regexp: …`, or undefined for an expression that Go accepts. */
export function regexpProblem(pattern: string): string | undefined {
  try {
    new Parser(pattern).run();
    return undefined;
  } catch (problem) {
    if (problem instanceof SyntaxProblem) return `error parsing regexp: ${problem.message}`;
    throw problem;
  }
}

class SyntaxProblem extends Error {
  constructor(code: string, expression: string) {
    super(`${code}: \`${expression}\``);
  }
}

const MAX_REPEATS = 1000;
const DEEPEST = 1000;
const POSIX = new Set("alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit".split(" "));

class Parser {
  readonly #text: string;
  #at = 0;
  /** The number of open groups. */
  #depth = 0;
  /** Whether something precedes this position that can be repeated. */
  #hasOperand = false;
  /** Where the operator just before this position begins. */
  #lastRepeat: number | undefined;
  /** How often the last operand repeats what is inside it most often, and the same for what precedes it in its group. */
  #repeats = 1;
  #mostRepeats = 1;
  readonly #outerRepeats: number[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    while (this.#at < this.#text.length) {
      const last = this.#lastRepeat;
      this.#lastRepeat = undefined;
      this.#step(last);
    }
    if (this.#depth > 0) throw new SyntaxProblem("missing closing )", this.#text);
  }

  #step(last: number | undefined): void {
    switch (this.#text[this.#at]) {
      case "(":
        this.#open();
        break;
      case "|":
        this.#at++;
        this.#hasOperand = false;
        break;
      case ")":
        if (this.#depth === 0) throw new SyntaxProblem("unexpected )", this.#text);
        this.#end();
        break;
      case "[":
        this.#class();
        this.#operand(0);
        break;
      case "*":
      case "+":
      case "?":
        this.#repeat(this.#at + 1, last);
        break;
      case "{":
        this.#counted(last);
        break;
      case "\\":
        this.#backslash();
        break;
      default:
        this.#operand(1);
    }
  }

  #operand(length: number, repeats = 1): void {
    this.#at += length;
    this.#hasOperand = true;
    this.#mostRepeats = Math.max(this.#mostRepeats, this.#repeats);
    this.#repeats = repeats;
  }

  #open(): void {
    const from = this.#at;
    const rest = this.#text.slice(from);
    if (!rest.startsWith("(?")) {
      this.#begin(1);
      return;
    }
    const named = /^\(\?P?</.exec(rest);
    if (named) {
      const end = rest.indexOf(">");
      const capture = end < 0 ? rest : rest.slice(0, end + 1);
      if (!/^\(\?P?<\w+>$/.test(capture)) throw new SyntaxProblem("invalid named capture", capture);
      this.#begin(capture.length);
      return;
    }
    const flags = /^\(\?(?:[imsU]+(?:-[imsU]+)?|-[imsU]+)?([:)])/.exec(rest);
    if (!flags) {
      const [wrong = rest] = /^\(\?[imsU-]*[^imsU-]?/su.exec(rest) ?? [];
      throw new SyntaxProblem("invalid or unsupported Perl syntax", wrong);
    }
    if (flags[1] === ":") this.#begin(flags[0].length);
    // Flags alone cannot be repeated, and what precedes them still can.
    else this.#at += flags[0].length;
  }

  #begin(length: number): void {
    this.#at += length;
    if (++this.#depth > DEEPEST) throw new SyntaxProblem("expression nests too deeply", this.#text);
    this.#hasOperand = false;
    this.#outerRepeats.push(Math.max(this.#mostRepeats, this.#repeats));
    this.#mostRepeats = 1;
    this.#repeats = 1;
  }

  /** Of a group. */
  #end(): void {
    const inside = Math.max(this.#mostRepeats, this.#repeats);
    this.#depth--;
    this.#mostRepeats = this.#outerRepeats.pop() ?? 1;
    this.#repeats = 1;
    this.#operand(1, inside);
  }

  #repeat(after: number, last: number | undefined): void {
    const from = this.#at;
    const end = this.#text[after] === "?" ? after + 1 : after;
    if (last !== undefined) throw new SyntaxProblem("invalid nested repetition operator", this.#text.slice(last, end));
    if (!this.#hasOperand)
      throw new SyntaxProblem("missing argument to repetition operator", this.#text.slice(from, end));
    this.#at = end;
    this.#lastRepeat = from;
  }

  #counted(last: number | undefined): void {
    const found = /^\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}/.exec(this.#text.slice(this.#at));
    if (!found) {
      this.#operand(1);
      return;
    }
    const [whole, from = "", comma, to] = found;
    const least = Number(from);
    const most = comma === undefined ? least : to === undefined ? -1 : Number(to);
    if (least > MAX_REPEATS || most > MAX_REPEATS || (most >= 0 && least > most))
      throw new SyntaxProblem("invalid repeat count", whole);
    const repeats = this.#repeats * (most < 0 ? least : most);
    this.#repeat(this.#at + whole.length, last);
    if (repeats > MAX_REPEATS) throw new SyntaxProblem("invalid repeat count", whole);
    this.#repeats = Math.max(1, repeats);
  }

  #backslash(): void {
    const rest = this.#text.slice(this.#at);
    if (rest.startsWith("\\Q")) {
      const end = rest.indexOf("\\E");
      const literal = end < 0 ? rest.length : end + 2;
      if (literal > 4) this.#operand(literal);
      else this.#at += literal;
      return;
    }
    this.#operand(/^\\[AbBz]/.test(rest) ? 2 : this.#escape(rest));
  }

  /** The length of the escape at the beginning of the text, inside and outside of a class. */
  #escape(rest: string): number {
    if (/^\\[dDsSwW]/.test(rest)) return 2;
    if (/^\\[pP]/.test(rest)) {
      const [name] = /^\\[pP](?:\{\^?(\w+)\}|\w)/.exec(rest) ?? [];
      if (name && isUnicodeClass(name)) return name.length;
      throw new SyntaxProblem("invalid character class range", name ?? rest);
    }
    if (rest === "\\") throw new SyntaxProblem("trailing backslash at end of expression", "");
    const [found] =
      /^\\(?:[1-7][0-7]{1,2}|0[0-7]{0,2}|x[\da-fA-F]{2}|x\{[\da-fA-F]{1,6}\}|[afnrtv]|(?![\dA-Za-z])\p{ASCII})/u.exec(
        rest,
      ) ?? [];
    if (found) return found.length;
    throw new SyntaxProblem("invalid escape sequence", [...rest].slice(0, 2).join(""));
  }

  #class(): void {
    const whole = this.#text.slice(this.#at);
    let at = whole[1] === "^" ? 2 : 1;
    const unclosed = () => new SyntaxProblem("missing closing ]", whole);
    /** The code of one character, and where it ends. */
    const character = (from: number): [code: number, end: number] => {
      if (from >= whole.length) throw unclosed();
      if (whole[from] !== "\\") {
        const code = whole.codePointAt(from) ?? 0;
        return [code, from + String.fromCodePoint(code).length];
      }
      const length = this.#escape(whole.slice(from));
      return [escaped(whole.slice(from, from + length)), from + length];
    };
    for (let first = true; first || whole[at] !== "]"; first = false) {
      const posix = /^\[:(\^?)(\w*):\]/.exec(whole.slice(at));
      if (posix) {
        if (!POSIX.has(posix[2] ?? "")) throw new SyntaxProblem("invalid character class range", posix[0]);
        at += posix[0].length;
        continue;
      }
      if (/^\\[dDsSwWpP]/.test(whole.slice(at))) {
        at += this.#escape(whole.slice(at));
        continue;
      }
      const [low, end] = character(at);
      if (whole[end] !== "-" || end + 1 >= whole.length || whole[end + 1] === "]") {
        at = end;
        continue;
      }
      const [high, rangeEnd] = character(end + 1);
      if (high < low) throw new SyntaxProblem("invalid character class range", whole.slice(at, rangeEnd));
      at = rangeEnd;
    }
    this.#at += at + 1;
  }
}

const LETTERS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

function escaped(text: string): number {
  const hex = /^\\x\{?([\da-fA-F]+)/.exec(text)?.[1];
  if (hex) return Number.parseInt(hex, 16);
  const octal = /^\\([0-7]+)$/.exec(text)?.[1];
  if (octal) return Number.parseInt(octal, 8);
  return LETTERS[text.slice(1)] ?? text.codePointAt(1) ?? 0;
}

const isUnicodeClass = (text: string): boolean =>
  unicodeClass(text.replace(/^\\[pP]\{?\^?/, "").replace("}", "")) !== undefined;
