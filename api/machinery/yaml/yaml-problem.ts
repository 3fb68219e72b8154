/** What is wrong with YAML, in libyaml's words and at the positions that go-yaml 2 reports. */
import {
  type Document,
  type ErrorCode,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type LineCounter,
  type Pair,
  visit,
  type YAMLError,
} from "yaml";
import { goQuote } from "../field-error.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused.
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/** Why a text cannot be parsed at all. */
export function textProblem(text: string): string | undefined {
  if (CONTROL.test(text)) return "control characters are not allowed";
  if (/^%(?!(?:YAML|TAG)\b)/.test(text)) return "found unknown directive name";
  const version = /^%YAML[ \t]+(\d+\.\d+)/.exec(text)?.[1];
  return version === undefined || version === "1.1" ? undefined : "found incompatible YAML document";
}

/** Members whose key occurs earlier in the same mapping, those within a member's value before the member. */
export function repeatedPairs(node: unknown): readonly Pair[] {
  if (isSeq(node)) return node.items.flatMap(repeatedPairs);
  if (!isMap(node)) return [];
  const keys = new Set<unknown>();
  return node.items.flatMap((pair) => {
    const key = isScalar(pair.key) ? pair.key.value : pair.key;
    const isRepeated = keys.has(key);
    keys.add(key);
    return [...repeatedPairs(pair.value), ...(isRepeated ? [pair] : [])];
  });
}

/** Each duplicate key, with the line where its value begins. */
export function duplicateText(repeated: readonly Pair[], lines: LineCounter): string {
  const messages = repeated.map(({ key, value }) => {
    const at = (isNode(value) ? value.range?.[0] : undefined) ?? (isNode(key) ? key.range?.[0] : undefined) ?? 0;
    return `\n  line ${lines.linePos(at).line}: key ${goSyntax(key)} already set in map`;
  });
  return `yaml: unmarshal errors:${messages.join("")}`;
}

/** A key that is invalid in JSON. A block mapping must have one before the colon. */
export function keyProblem(document: Document, lines: LineCounter): string | undefined {
  let problem: string | undefined;
  visit(document, {
    Pair(_, { key, value }: Pair, path) {
      const parent = path.at(-1);
      const isBare = isScalar(key) && key.value === null && key.source === "";
      const wanted = isMap(parent) && parent.flow ? "node content" : "key";
      if (isBare)
        problem = `yaml: ${atParserLine(lines.linePos(key.range?.[0] ?? 0).line, `did not find expected ${wanted}`)}`;
      else if (isMap(key) || isSeq(key)) problem = `yaml: invalid map key: ${goSyntax(key)}`;
      else if (key === null || (isScalar(key) && key.value === null))
        problem = `unsupported map key of type: %!s(<nil>), key: <nil>, value: ${goSyntax(value)}`;
      return problem === undefined ? undefined : visit.BREAK;
    },
  });
  return problem;
}

/** An escaped surrogate, behind any number of escaped backslashes. JSON allows it, YAML does not. */
export const ESCAPED_HALF = /(?<!\\)(?:\\\\)*\\(?:u|U0000)[dD][89a-fA-F]/;

const NO_CHARACTER = "found invalid Unicode character escape code";

export function escapeProblem(document: Document, text: string, lines: LineCounter): string | undefined {
  if (!ESCAPED_HALF.test(text)) return undefined;
  let problem: string | undefined;
  visit(document, {
    Scalar(_, { type, range }) {
      if (type !== "QUOTE_DOUBLE" || !range) return undefined;
      const found = ESCAPED_HALF.exec(text.slice(range[0], range[1]));
      if (!found) return undefined;
      const { line } = lines.linePos(range[0] + found.index);
      problem = atScannerLine(line, NO_CHARACTER);
      return visit.BREAK;
    },
  });
  return problem;
}

/** As %#v prints the parsed value. */
function goSyntax(node: unknown): string {
  if (isSeq(node)) return `[]interface {}{${node.items.map(goSyntax).join(", ")}}`;
  if (isMap(node))
    return `map[interface {}]interface {}{${node.items.map(({ key, value }) => `${goSyntax(key)}:${goSyntax(value)}`).join(", ")}}`;
  const value = isScalar(node) ? node.value : node;
  if (value === null || value === undefined) return "interface {}(nil)";
  return typeof value === "string" ? goQuote(value) : String(value);
}

/** The bracket that closes the innermost one open at a position. An unclosed quote extends to the end. */
function closingAt(text: string, at: number): string | undefined {
  const open: string[] = [];
  for (const [token] of text.slice(0, at).matchAll(/"(?:[^"\\]|\\.)*(?:"|$)|'[^']*(?:'|$)|[[\]{}]/gs)) {
    if (token === "[" || token === "{") open.push(token === "[" ? "]" : "}");
    else if (token === "]" || token === "}") open.pop();
  }
  return open.at(-1);
}

/** go-yaml's parser counts lines from zero, and omits the first line's number. */
const atParserLine = (line: number, why: string) => (line > 1 ? `line ${line - 1}: ${why}` : why);

/** Its scanner counts them from one, and omits the first line's number, too. */
const atScannerLine = (line: number, why: string) => (line > 1 ? `line ${line}: ${why}` : why);

export function problemOf({ code, pos: [from], message }: YAMLError, text: string, lines: LineCounter): string {
  // For a mapping where none is allowed, libyaml reports the position of the colon.
  const colon = code === "BLOCK_AS_IMPLICIT_KEY" ? text.slice(from).search(/:(?=\s|$)/) : 0;
  const { line } = lines.linePos(from + Math.max(colon, 0));
  const bracket = /^Flow (?:map|sequence) .*end with a ([}\]])/.exec(message)?.[1];
  if (bracket !== undefined) {
    const isCut = text.slice(from).trim() === "";
    const wanted = isCut && /[[{,]\s*$/.test(text) ? "node content" : `',' or '${bracket}'`;
    // The end of the text is on a line of its own.
    const end = (text.endsWith("\n") ? text : `${text}\n`).split("\n").length;
    return atParserLine(isCut ? end : line, `did not find expected ${wanted}`);
  }
  if (code === "MISSING_CHAR" && message.startsWith("Missing closing"))
    return atScannerLine(lines.linePos(text.length).line, "found unexpected end of stream");
  const bare = /^[ \t]*:(?=\s)/m.exec(text.slice(0, from));
  if (bare && closingAt(text, bare.index) === undefined)
    return atParserLine(lines.linePos(bare.index).line, "did not find expected key");
  if (code === "UNEXPECTED_TOKEN" || code === "BLOCK_IN_FLOW")
    return atParserLine(line, `did not find expected ${expectedAt(text, from)}`);
  const known: Partial<Record<ErrorCode, string>> = {
    BLOCK_AS_IMPLICIT_KEY: atScannerLine(line, "mapping values are not allowed in this context"),
    BAD_INDENT: atParserLine(line, "did not find expected key"),
    BAD_DQ_ESCAPE: atScannerLine(line, problemOfEscape(text.slice(from))),
    TAB_AS_INDENT: atScannerLine(line, "found character that cannot start any token"),
    BAD_SCALAR_START: atScannerLine(line, "found character that cannot start any token"),
    MISSING_CHAR: `line ${line}: did not find expected key`,
    BAD_ALIAS: `unknown anchor '${/\*?([\w-]+)$/.exec(message)?.[1] ?? ""}' referenced`,
  };
  return known[code] ?? atScannerLine(line, "could not find expected ':'");
}

/** `text` begins with the backslash. The misspelling is libyaml's. */
function problemOfEscape(text: string): string {
  if (!/^\\[xuU]/.test(text)) return "found unknown escape character";
  return /^\\U[\da-fA-F]{8}/.test(text) ? NO_CHARACTER : "did not find expected hexdecimal number";
}

/** What was expected at a position. */
function expectedAt(text: string, from: number): string {
  const closing = closingAt(text, from);
  const rest = text.slice(from);
  if (closing === undefined) return /^[}\],]/.test(rest) ? "node content" : "key";
  // Of two colons the second is superfluous.
  if (/^[^\s,:]+:\s/.test(rest)) return `',' or '${closing}'`;
  return /[[{,:]\s*$/.test(text.slice(0, from)) || /^-\s/.test(rest) ? "node content" : `',' or '${closing}'`;
}
