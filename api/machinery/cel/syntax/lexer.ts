/** The tokens of an expression (the CEL language definition). */
import { type Issue, SyntaxProblem } from "./issue.ts";

export interface Token {
  readonly kind: "ident" | "int" | "uint" | "double" | "string" | "bytes" | "op" | "eof";
  readonly text: string;
  readonly value?: unknown;
  readonly at: number;
}

const OPERATORS = ["==", "!=", "<=", ">=", "&&", "||", ..."<>+-*/%!?:.,()[]{}"];
const RESERVED = new Set(
  "as break const continue else for function if import let loop package namespace return var void while".split(" "),
);

export const isReserved = (name: string): boolean => RESERVED.has(name);

/** Invalid tokens are reported to `issues` and skipped. */
export function tokenize(source: string, issues: Issue[]): Token[] {
  const points = [...source];
  const tokens: Token[] = [];
  const rest = (at: number) => points.slice(at, at + 400).join("");
  for (let at = 0; at < points.length; ) {
    const c = points[at] ?? "";
    if (/[\t\n\f\r ]/.test(c)) at++;
    else if (c === "/" && points[at + 1] === "/") while (at < points.length && points[at] !== "\n") at++;
    else {
      const text = rest(at);
      const token = stringToken(points, at) ?? numberToken(text, at) ?? identToken(text, at) ?? operatorToken(text, at);
      if (token) {
        tokens.push(token.token);
        at = token.end;
      } else {
        const end = endOfNoToken(points, at);
        issues.push({ at, message: `Syntax error: token recognition error at: '${points.slice(at, end).join("")}'` });
        at = end;
      }
    }
  }
  tokens.push({ kind: "eof", text: "<EOF>", at: points.length });
  return tokens;
}

/** The position after the first character that could not continue the token. */
function endOfNoToken(points: readonly string[], from: number): number {
  const c = points[from] ?? "";
  if (c === '"' || c === "'") return Math.min(brokenAt(points, from) + 1, points.length);
  if (c === "`") {
    let at = from + 1;
    while (at < points.length && /[A-Za-z0-9_.\-/ ]/.test(points[at] ?? "")) at++;
    return Math.min(at + 1, points.length);
  }
  return Math.min(from + (/[=&|]/.test(c) ? 2 : 1), points.length);
}

/** Where a quoted text becomes invalid. */
function brokenAt(points: readonly string[], from: number): number {
  for (let at = from + 1; at < points.length; at++) {
    const c = points[at];
    if (c === "\n" || c === "\r") return at;
    if (c !== "\\") continue;
    const rest = points.slice(at + 1, at + 10).join("");
    const whole = /^(?:[abfnrtv"'\\?`]|[0-3][0-7]{2}|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/.exec(
      rest,
    )?.[0];
    if (whole === undefined) {
      const begun = /^(?:[0-3][0-7]?|[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7})?/.exec(rest)?.[0] ?? "";
      return at + 1 + begun.length;
    }
    at += whole.length;
  }
  return points.length;
}

type Found = { readonly token: Token; readonly end: number } | undefined;

function operatorToken(text: string, at: number): Found {
  const op = OPERATORS.find((each) => text.startsWith(each));
  return op === undefined ? undefined : { token: { kind: "op", text: op, at }, end: at + op.length };
}

function identToken(text: string, at: number): Found {
  const name = /^[A-Za-z_]\w*/.exec(text)?.[0];
  if (name !== undefined) return { token: { kind: "ident", text: name, at }, end: at + name.length };
  const quoted = /^`([A-Za-z0-9_.\-/ ]+)`/.exec(text);
  if (!quoted) return undefined;
  return { token: { kind: "ident", text: quoted[1] ?? "", value: "quoted", at }, end: at + quoted[0].length };
}

const MAX_INT = 2n ** 63n;

function numberToken(text: string, at: number): Found {
  const double = /^(\d+\.\d+([eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+([eE][+-]?\d+)?)/.exec(text)?.[0];
  if (double !== undefined)
    return { token: { kind: "double", text: double, value: Number(double), at }, end: at + double.length };
  const [all, digits = "", unsigned] = /^(0x[0-9a-fA-F]+|\d+)([uU])?/.exec(text) ?? [];
  if (all === undefined) return undefined;
  const value = BigInt(digits);
  const token = { kind: unsigned ? "uint" : "int", text: all, value, at } as const;
  if (value > (unsigned ? 2n * MAX_INT - 1n : MAX_INT))
    throw new SyntaxProblem({ at, message: `invalid ${unsigned ? "uint" : "int"} literal` });
  return { token, end: at + all.length };
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "`": "`",
  "?": "?",
};

function stringToken(points: readonly string[], from: number): Found {
  const head = /^([rRbB]{0,2})("""|'''|"|')/.exec(points.slice(from, from + 5).join(""));
  if (!head) return undefined;
  const [opening, prefix = "", quote = ""] = head;
  const isRaw = /r/i.test(prefix);
  const isBytes = /b/i.test(prefix);
  const parts: (string | number)[] = [];
  for (let at = from + opening.length; at < points.length; ) {
    if (points.slice(at, at + quote.length).join("") === quote) {
      const end = at + quote.length;
      const text = points.slice(from, end).join("");
      const value = isBytes
        ? bytesOf(parts)
        : parts.map((part) => (typeof part === "number" ? String.fromCodePoint(part) : part)).join("");
      return { token: { kind: isBytes ? "bytes" : "string", text, value, at: from }, end };
    }
    const c = points[at] ?? "";
    if ((c === "\n" || c === "\r") && quote.length === 1) break;
    if (c !== "\\" || isRaw) {
      parts.push(c);
      at++;
      continue;
    }
    const text = points.slice(at + 1, at + 10).join("");
    const code = /^(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(text) ?? undefined;
    const octal = /^[0-3][0-7]{2}/.exec(text)?.[0];
    const plain = ESCAPES[text[0] ?? ""];
    // In bytes, only bytes can be escaped this way.
    if (isBytes && code && code[1] === undefined)
      throw new SyntaxProblem({ at: from, message: "unable to unescape string" });
    if (code) parts.push(codePoint(code[1] ?? code[2] ?? code[3] ?? "", from));
    else if (octal) parts.push(Number.parseInt(octal, 8));
    else if (plain !== undefined) parts.push(plain);
    else return undefined;
    at += 1 + (code?.[0].length ?? octal?.length ?? 1);
  }
  // Unclosed triple quotes are an empty text and a quote.
  if (quote.length !== 3) return undefined;
  const end = from + prefix.length + 2;
  const text = points.slice(from, end).join("");
  return { token: { kind: isBytes ? "bytes" : "string", text, value: isBytes ? new Uint8Array() : "", at: from }, end };
}

function codePoint(hex: string, at: number): number {
  const point = Number.parseInt(hex, 16);
  const isSurrogate = point >= 0xd800 && point <= 0xdfff;
  if (isSurrogate || point > 0x10ffff) throw new SyntaxProblem({ at, message: "invalid unicode code point" });
  return point;
}

const encoder = (text: string): number[] => {
  const bytes: number[] = [];
  for (const part of encodeURIComponent(text.toWellFormed()).matchAll(/%(..)|(.)/gs))
    bytes.push(part[1] ? Number.parseInt(part[1], 16) : (part[2] ?? "").charCodeAt(0));
  return bytes;
};

const bytesOf = (parts: readonly (string | number)[]): Uint8Array =>
  new Uint8Array(parts.flatMap((part) => (typeof part === "number" ? [part] : encoder(part))));
