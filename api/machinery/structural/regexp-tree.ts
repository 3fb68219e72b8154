/** A regular expression of Go's as a tree. The expression must be valid according to regexp-syntax.ts. */
import { unicodeClass } from "./unicode-class.ts";

export type CharacterSet = (code: number) => boolean;

export type RegexpTree =
  | { readonly is: "set"; readonly has: CharacterSet }
  | { readonly is: "place"; readonly of: "begin" | "end" | "line begin" | "line end" | "word edge" | "no word edge" }
  | { readonly is: "sequence" | "choice"; readonly of: readonly RegexpTree[] }
  | { readonly is: "repeat"; readonly of: RegexpTree; readonly least: number; readonly most: number };

export const parseRegexp = (pattern: string): RegexpTree => new TreeParser(pattern).choice("");

const within = (first: number, last: number) => (code: number) => code >= first && code <= last;
const oneOf = (text: string): CharacterSet => {
  const codes = new Set(Array.from(text, (c) => c.codePointAt(0)));
  return (code) => codes.has(code);
};
const not = (set: CharacterSet) => (code: number) => !set(code);
const any = (sets: readonly CharacterSet[]) => (code: number) => sets.some((set) => set(code));

const NEWLINE = 10;
const digit = within(48, 57);
const upper = within(65, 90);
const lower = within(97, 122);
const alpha = any([upper, lower]);
const alnum = any([alpha, digit]);
export const isWord: CharacterSet = any([alnum, within(95, 95)]);
const graph = within(33, 126);

const POSIX: Readonly<Record<string, CharacterSet>> = {
  alnum,
  alpha,
  ascii: within(0, 127),
  blank: oneOf("\t "),
  cntrl: any([within(0, 31), within(127, 127)]),
  digit,
  graph,
  lower,
  print: within(32, 126),
  punct: (code) => graph(code) && !alnum(code),
  space: oneOf("\t\n\v\f\r "),
  upper,
  word: isWord,
  xdigit: any([digit, within(65, 70), within(97, 102)]),
};

const PERL: Readonly<Record<string, CharacterSet>> = { d: digit, s: oneOf("\t\n\f\r "), w: isWord };
const CONTROL: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

function unicodeSet(name: string): CharacterSet {
  const one = unicodeClass(name);
  return (code) => one?.test(String.fromCodePoint(code)) ?? false;
}

/** Case-insensitive. */
const folded = (set: CharacterSet): CharacterSet => {
  const turned = (code: number, text: string) => [...text].length === 1 && set(text.codePointAt(0) ?? code);
  return (code) => {
    if (set(code)) return true;
    const c = String.fromCodePoint(code);
    return turned(code, c.toLowerCase()) || turned(code, c.toUpperCase());
  };
};

class TreeParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Up to the end of its group; `flags` are those in effect there. */
  choice(flags: string): RegexpTree {
    const alternatives: RegexpTree[] = [];
    let sequence: RegexpTree[] = [];
    let held = flags;
    for (;;) {
      const c = this.#text[this.#at];
      if (c === undefined || c === ")") break;
      const change = this.#take(/\(\?([imsU]*)(?:-([imsU]+))?\)/y);
      if (change) held = changed(held, change);
      else if (c === "|") {
        this.#at++;
        alternatives.push({ is: "sequence", of: sequence });
        sequence = [];
      } else sequence.push(...this.#piece(held));
    }
    alternatives.push({ is: "sequence", of: sequence });
    return { is: "choice", of: alternatives };
  }

  #take(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text) ?? undefined;
    if (found) this.#at += found[0].length;
    return found;
  }

  /** The element at this position, repeated as specified after it. */
  #piece(flags: string): RegexpTree[] {
    const literal = this.#take(/\\Q(.*?)(?:\\E|$)/sy);
    const atoms = literal ? [...(literal[1] ?? "")].map((c) => setOf(codeOf(c), flags)) : [this.#atom(flags)];
    const last = atoms.pop();
    if (!last) return [];
    const times = this.#take(/(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y);
    if (!times) return [...atoms, last];
    const [, sign, from = "0", comma, to] = times;
    const least = sign ? (sign === "+" ? 1 : 0) : Number(from);
    const endless = sign ? sign !== "?" : comma !== undefined && !to;
    const most = endless ? Number.POSITIVE_INFINITY : sign ? 1 : Number(to ?? from);
    return [...atoms, { is: "repeat", of: last, least, most }];
  }

  #atom(flags: string): RegexpTree {
    const group = this.#take(/\((?:\?P?<\w+>|\?([imsU]*)(?:-([imsU]+))?:)?/y);
    if (group) {
      const inside = this.choice(changed(flags, group));
      this.#at++;
      return inside;
    }
    const isLines = flags.includes("m");
    if (this.#take(/\^/y)) return { is: "place", of: isLines ? "line begin" : "begin" };
    if (this.#take(/\$/y)) return { is: "place", of: isLines ? "line end" : "end" };
    if (this.#take(/\\A/y)) return { is: "place", of: "begin" };
    if (this.#take(/\\z/y)) return { is: "place", of: "end" };
    if (this.#take(/\\b/y)) return { is: "place", of: "word edge" };
    if (this.#take(/\\B/y)) return { is: "place", of: "no word edge" };
    if (this.#take(/\./y)) return { is: "set", has: flags.includes("s") ? () => true : (code) => code !== NEWLINE };
    if (this.#take(/\[/y)) return { is: "set", has: this.#class(flags) };
    const set = this.#namedSet();
    return set ? { is: "set", has: cased(set, flags) } : setOf(this.#character(), flags);
  }

  /** `\d`, `\pN`, `\P{Greek}`. */
  #namedSet(): CharacterSet | undefined {
    const perl = this.#take(/\\([dswDSW])/y)?.[1];
    if (perl) {
      const set = PERL[perl.toLowerCase()] ?? (() => false);
      return perl === perl.toLowerCase() ? set : not(set);
    }
    const [, sign, negated, braced, short] = this.#take(/\\([pP])(?:\{(\^?)(\w+)\}|(\w))/y) ?? [];
    if (!sign) return undefined;
    const set = unicodeSet(braced ?? short ?? "");
    return (sign === "P") === (negated === "^") ? set : not(set);
  }

  #class(flags: string): CharacterSet {
    const negated = this.#take(/\^/y) !== undefined;
    const sets: CharacterSet[] = [];
    for (let first = true; first || this.#text[this.#at] !== "]"; first = false) {
      const posix = this.#take(/\[:(\^?)(\w+):\]/y);
      const named = posix ? POSIX[posix[2] ?? ""] : this.#namedSet();
      if (named) {
        sets.push(posix?.[1] ? not(named) : named);
        continue;
      }
      const low = this.#character();
      const isRange = this.#take(/-(?!\])/y) !== undefined;
      sets.push(within(low, isRange ? this.#character() : low));
    }
    this.#at++;
    const set = cased(any(sets), flags);
    return negated ? not(set) : set;
  }

  #character(): number {
    const [, hex, short, octal, control] =
      this.#take(/\\(?:x\{([\da-fA-F]+)\}|x([\da-fA-F]{2})|([0-7]{1,3})|([afnrtv]))/y) ?? [];
    if (hex ?? short) return Number.parseInt(hex ?? short ?? "", 16);
    if (octal) return Number.parseInt(octal, 8);
    if (control) return CONTROL[control] ?? 0;
    if (this.#text[this.#at] === "\\") this.#at++;
    const code = this.#text.codePointAt(this.#at) ?? 0;
    this.#at += String.fromCodePoint(code).length;
    return code;
  }
}

const changed = (flags: string, [, added = "", taken = ""]: RegExpExecArray): string =>
  [...flags, ...added].filter((flag) => !taken.includes(flag)).join("");

const codeOf = (c: string) => c.codePointAt(0) ?? 0;
const cased = (set: CharacterSet, flags: string) => (flags.includes("i") ? folded(set) : set);
const setOf = (code: number, flags: string): RegexpTree => ({ is: "set", has: cased(within(code, code), flags) });
