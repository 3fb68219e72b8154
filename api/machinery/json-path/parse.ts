/** JSONPath as parsed by client-go (util/jsonpath/parser.go), whose dialect differs from others. */

/** The parts of `[from:to:step]`; undefined if omitted. */
export interface Slice {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly step: number | undefined;
  /** For a single index, `to` is the next one. */
  readonly isIndex: boolean;
}

export type PathNode =
  | {
      readonly kind: "field" | "literal" | "number";
      readonly value: string | number | boolean;
      readonly isFloat?: boolean;
    }
  | { readonly kind: "slice"; readonly slice: Slice }
  | { readonly kind: "wildcard" | "recursive" | "unknown" }
  | { readonly kind: "union"; readonly paths: readonly Path[] }
  | { readonly kind: "filter"; readonly left: Path; readonly operator: string; readonly right: Path };

export type Path = readonly PathNode[];

export class PathProblem extends Error {}

const parsed = new Map<string, Path | string>();

/** A text says why it is invalid. */
export function parsePath(text: string): Path | string {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const made = attempt(text);
  if (parsed.size > 1000) parsed.clear();
  parsed.set(text, made);
  return made;
}

function attempt(text: string): Path | string {
  try {
    return new PathParser(text).parse();
  } catch (problem) {
    if (problem instanceof PathProblem) return problem.message;
    throw problem;
  }
}

/** As printed by Go's %#U. */
function codePoint(text: string, at: number): string {
  const code = text.codePointAt(at) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")} '${String.fromCodePoint(code)}'`;
}

const LETTER = /[\p{L}\p{Nd}_]/u;
/** A name extends to one of these characters, unless a backslash precedes it. */
const NAME = /(?:\\[\s\S]|[^\s.,[\]$@{}\\])*/y;

class PathParser {
  #at = 0;
  readonly #nodes: PathNode[] = [];

  constructor(private readonly text: string) {}

  parse(): Path {
    while (this.#at < this.text.length) this.#step();
    return this.#nodes;
  }

  #step(): void {
    if (this.#takes("[?(")) this.#filter();
    else if (this.#takes("..")) this.#recursive();
    else {
      const c = this.text[this.#at] ?? "";
      if (c === " " || c === "@" || c === "$") this.#at++;
      else if (c === "[") this.#bracket();
      else if (c === '"' || c === "'") this.#quote(c);
      else if (c === ".") {
        this.#at++;
        this.#field();
      } else if (/[+\-\p{Nd}]/u.test(c)) this.#number();
      else if (LETTER.test(c)) this.#word();
      else throw new PathProblem(`unrecognized character in action: ${codePoint(this.text, this.#at)}`);
    }
  }

  #takes(prefix: string): boolean {
    if (!this.text.startsWith(prefix, this.#at)) return false;
    this.#at += prefix.length;
    return true;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ""] = pattern.exec(this.text) ?? [];
    this.#at += found.length;
    return found;
  }

  #field(): void {
    const name = this.#match(NAME);
    this.#nodes.push(name === "*" ? { kind: "wildcard" } : { kind: "field", value: name.replaceAll("\\", "") });
  }

  #recursive(): void {
    if (this.#nodes.at(-1)?.kind === "recursive") throw new PathProblem("invalid multiple recursive descent");
    this.#nodes.push({ kind: "recursive" });
    if (LETTER.test(this.text[this.#at] ?? "")) this.#field();
  }

  #word(): void {
    const word = this.#match(/[^\s.,[\]$@{}]*/y);
    // Words such as `range` have a meaning in templates, and none here.
    this.#nodes.push(
      word === "true" || word === "false" ? { kind: "literal", value: word === "true" } : { kind: "unknown" },
    );
  }

  #number(): void {
    const text = this.#match(/[+-]?[\d.]*/y);
    const isWhole = /^[+-]?\d+$/.test(text);
    if (!isWhole && !/^[+-]?(\d+\.\d*|\.\d+)$/.test(text)) throw new PathProblem(`cannot parse number ${text}`);
    this.#nodes.push({ kind: "number", value: Number(text), isFloat: !isWhole });
  }

  #quote(quote: string): void {
    const start = ++this.#at;
    for (;;) {
      const c = this.text[this.#at++];
      if (c === undefined || c === "\n") throw new PathProblem("unterminated quoted string");
      if (c === quote && this.text[this.#at - 2] !== "\\") break;
    }
    const inside = this.text.slice(start, this.#at - 1);
    this.#nodes.push({ kind: "literal", value: inside.replace(/\\(.)/g, "$1") });
  }

  #bracket(): void {
    const end = this.text.indexOf("]", this.#at);
    const inside = this.text.slice(this.#at + 1, end);
    if (end < 0 || inside.includes("\n")) throw new PathProblem("unterminated array");
    this.#at = end + 1;
    const parts = inside.split(",");
    if (parts.length > 1)
      this.#nodes.push({ kind: "union", paths: parts.map((part) => inner(`[${part.replace(/^ +| +$/g, "")}]`)) });
    else this.#nodes.push(...selected(inside));
  }

  #filter(): void {
    const start = this.#at;
    // A parenthesis inside the one pair of quotes that is recognised does not end it.
    let [begun, ended, pair] = [false, false, ""];
    for (;;) {
      const c = this.text[this.#at++];
      if (c === undefined || c === "\n") throw new PathProblem("unterminated filter");
      if ((c === '"' || c === "'") && !begun) [begun, pair] = [true, c];
      else if (c === pair && this.text[this.#at - 2] !== "\\") ended = true;
      else if (c === ")" && begun === ended) break;
    }
    const inside = this.text.slice(start, this.#at - 1);
    if (!this.#takes("]")) throw new PathProblem("unclosed array expect ]");
    const [, left, operator = "exists", right = ""] = /^([^!<>=]+)([!<>=]+)(.+)$/.exec(inside) ?? [];
    this.#nodes.push({ kind: "filter", left: inner(left ?? inside), operator, right: inner(right) });
  }
}

const inner = (text: string): Path => new PathParser(text).parse();

/** `'name'`, an index, a slice. */
function selected(inside: string): Path {
  const name = /^'([^']*)'$/.exec(inside)?.[1];
  if (name !== undefined) return inner(`.${name}`);
  const found = /^(-?\d*)(?::(-?\d*))?(?::(-?\d*))?$/.exec(inside === "*" ? ":" : inside);
  if (!found) throw new PathProblem(`invalid array index ${inside}`);
  const [from, to, step] = found.slice(1).map((text) => {
    if (text === "-") throw new PathProblem("array index - is not a number");
    return text ? Number(text) : undefined;
  });
  const isIndex = found[2] === undefined;
  return [{ kind: "slice", slice: { from, to: isIndex ? (from ?? 0) + 1 : to, step, isIndex } }];
}
