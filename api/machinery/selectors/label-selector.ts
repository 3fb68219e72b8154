/** Label selectors as text, `a=b,c in (d,e),!f`: the grammar and the messages of k8s.io/apimachinery/pkg/labels. */

import { parseInt64 } from "../encoding/int64.ts";
import { goQuote } from "../field-error.ts";
import { labelValue, qualifiedName } from "../names.ts";
import type { Requirement } from "./requirement.ts";

/** `message` is the text of the 400 BadRequest. */
export type ParsedSelector =
  | { readonly ok: true; readonly requirements: Requirement[] }
  | { readonly ok: false; readonly message: string };

interface Token {
  readonly kind: "identifier" | "end" | "symbol" | "error";
  readonly text: string;
}

/** Only thrown inside this file, to abort parsing. */
class SyntaxProblem extends Error {}

export function parseLabelSelector(text: string): ParsedSelector {
  try {
    return { ok: true, requirements: new Parser(scan(text)).selector() };
  } catch (problem) {
    if (problem instanceof SyntaxProblem) return { ok: false, message: problem.message };
    throw problem;
  }
}

const symbols = new Set(["!", ")", ",", "==", "=", ">", "<", "!=", "("]);
const isSpecial = (char: string | undefined) => char !== undefined && "=!(),><".includes(char);
const isSpace = (char: string | undefined) => char !== undefined && " \t\r\n".includes(char);

function scan(input: string): Token[] {
  // A zero byte ends the input: Kubernetes' lexer cannot tell it from the end.
  const text = input.split("\0", 1)[0] ?? "";
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    if (isSpace(text[at])) at++;
    else {
      const token = isSpecial(text[at]) ? scanSymbol(text, at) : scanIdentifier(text, at);
      tokens.push(token);
      at += token.text.length;
    }
  }
  tokens.push({ kind: "end", text: "" });
  return tokens;
}

/** The longest operator at this position. */
function scanSymbol(text: string, at: number): Token {
  const two = text.slice(at, at + 2);
  return { kind: "symbol", text: symbols.has(two) ? two : text.slice(at, at + 1) };
}

function scanIdentifier(text: string, from: number): Token {
  let to = from;
  while (to < text.length && !isSpecial(text[to]) && !isSpace(text[to])) to++;
  return { kind: "identifier", text: text.slice(from, to) };
}

class Parser {
  readonly #tokens: Token[];
  #at = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  selector(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const next = this.#peek();
      if (next.kind === "end") break;
      if (next.kind !== "identifier" && next.text !== "!") {
        throw new SyntaxProblem(`found '${next.text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#requirement());
      const separator = this.#take();
      if (separator.kind === "end") break;
      if (separator.text !== ",") {
        throw new SyntaxProblem(`found '${separator.text}', expected: ',' or 'end of string'`);
      }
      const after = this.#peek();
      if (after.kind !== "identifier" && after.text !== "!") {
        throw new SyntaxProblem(`found '${after.text}', expected: identifier after ','`);
      }
    }
    return requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }

  #requirement(): Requirement {
    let token = this.#take();
    const negated = token.text === "!" && token.kind === "symbol";
    if (negated) token = this.#take();
    if (token.kind !== "identifier") throw refused(`found '${token.text}', expected: identifier`);
    const key = token.text;
    const problems = qualifiedName(key);
    if (problems.length > 0) throw refused(`<nil>: Invalid value: ${goQuote(key)}: ${problems.join("; ")}`);
    if (negated) return { of: "label", key, operator: "absent", values: [] };
    const next = this.#peek();
    if (next.kind === "end" || next.text === ",") return { of: "label", key, operator: "exists", values: [] };
    return this.#comparison(key);
  }

  #comparison(key: string): Requirement {
    const { text } = this.#take();
    switch (text) {
      case "in":
      case "notin":
        return checked(key, text, this.#values());
      case "=":
      case "==":
        return checked(key, "in", [this.#exactValue()]);
      case "!=":
        return checked(key, "notin", [this.#exactValue()]);
      case ">":
        return checked(key, "gt", [this.#exactValue()]);
      case "<":
        return checked(key, "lt", [this.#exactValue()]);
      default:
        throw refused(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  #exactValue(): string {
    const next = this.#peek();
    if (next.kind === "end" || next.text === ",") return "";
    const { kind, text } = this.#take();
    if (kind !== "identifier") throw refused(`found '${text}', expected: identifier`);
    return text;
  }

  /** `(a,b)`; an empty place between commas is the empty string. */
  #values(): string[] {
    const open = this.#take();
    if (open.text !== "(") throw refused(`found '${open.text}' expected: '('`);
    const first = this.#peek();
    if (first.text === ")") {
      this.#take();
      return [""];
    }
    if (first.kind !== "identifier" && first.text !== ",") {
      throw refused(`found '${first.text}', expected: ',', ')' or identifier`);
    }
    const values = this.#identifiers();
    this.#take();
    return [...values].sort();
  }

  #identifiers(): Set<string> {
    const values = new Set<string>();
    for (;;) {
      const { kind, text } = this.#take();
      const next = this.#peek();
      if (kind === "identifier") {
        values.add(text);
        if (next.text === ")") return values;
        if (next.text !== ",") throw refused(`found '${next.text}', expected: ',' or ')'`);
      } else if (text === ",") {
        if (values.size === 0 || next.text === ")" || next.text === ",") values.add("");
        if (next.text === ")") return values;
      } else throw refused(`found '${text}', expected: ',', or identifier`);
    }
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] ?? { kind: "end", text: "" };
  }

  #take(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }
}

const refused = (message: string) => new SyntaxProblem(`unable to parse requirement: ${message}`);

function checked(key: string, operator: Requirement["operator"], values: string[]): Requirement {
  const comparesNumbers = operator === "gt" || operator === "lt";
  const problems = [
    ...values
      .filter((value) => comparesNumbers && parseInt64(value) === undefined)
      .map(
        (value) =>
          `values[0]: Invalid value: ${goQuote(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
      ),
    ...values.flatMap((value, index) => {
      const wrong = labelValue(value);
      return wrong.length > 0
        ? [`values[${index}][${key}]: Invalid value: ${goQuote(value)}: ${wrong.join("; ")}`]
        : [];
    }),
  ];
  if (problems.length > 0) throw refused(problems.length === 1 ? (problems[0] ?? "") : `[${problems.join(", ")}]`);
  return { of: "label", key, operator, values };
}
