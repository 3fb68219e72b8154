/** Parses text into an expression, with cel-go's positions and, for the most common mistakes, its wording. */

import type { Expr, Logical } from "./ast.ts";
import { type Issue, SyntaxProblem } from "./issue.ts";
import { isReserved, type Token, tokenize } from "./lexer.ts";
import { expandMacro } from "./macros.ts";
import { TokenReader } from "./token-reader.ts";

export type Parsed = { readonly ok: true; readonly expr: Expr } | { readonly ok: false; readonly issues: Issue[] };

/** Deeper than any sensible rule; the evaluator recurses equally deep. */
const MAX_DEPTH = 250;
const MAX_LENGTH = 100_000;

/** With `binds`, `cel.bind` is a macro. */
export function parse(source: string, { binds = false }: { readonly binds?: boolean } = {}): Parsed {
  const issues: Issue[] = [];
  if (source.length > MAX_LENGTH)
    return {
      ok: false,
      issues: [
        { at: 0, message: `expression code point size exceeds limit: size: ${source.length}, limit ${MAX_LENGTH}` },
      ],
    };
  try {
    const expr = new Parser(new TokenReader(tokenize(source, issues), issues), binds).parse();
    return issues.length > 0 ? { ok: false, issues } : { ok: true, expr };
  } catch (problem) {
    if (problem instanceof SyntaxProblem) return { ok: false, issues: [...issues, problem.issue] };
    throw problem;
  }
}

/** By increasing precedence; each level is left-associative. */
const LEVELS: readonly (readonly string[])[] = [
  ["==", "!=", "<", "<=", ">", ">=", "in"],
  ["+", "-"],
  ["*", "/", "%"],
];

/** The operator at `places[i]` follows the term at `i`. */
function balanced(operator: Logical["operator"], terms: readonly Expr[], places: readonly number[]): Expr {
  const middle = places.length >> 1;
  const at = places[middle];
  if (at === undefined) return terms[0] as Expr;
  const left = balanced(operator, terms.slice(0, middle + 1), places.slice(0, middle));
  const right = balanced(operator, terms.slice(middle + 1), places.slice(middle + 1));
  return { kind: "logical", operator, left, right, at };
}

const operatorName = (op: string): string => (op === "in" ? "@in" : `_${op}_`);

class Parser {
  #depth = 0;

  constructor(
    private readonly tokens: TokenReader,
    private readonly binds: boolean,
  ) {}

  parse(): Expr {
    const expr = this.#expr();
    this.tokens.requireEnd();
    return expr;
  }

  #expr(): Expr {
    if (++this.#depth > MAX_DEPTH)
      this.tokens.fail(this.tokens.peek(), `expression recursion limit exceeded: ${MAX_DEPTH}`);
    const condition = this.#logical("||");
    const question = this.tokens.take("?");
    let expr = condition;
    if (question) {
      const yes = this.#logical("||");
      this.tokens.require(":");
      const no = this.#expr();
      expr = { kind: "conditional", condition, yes, no, at: question.at };
    }
    this.#depth--;
    return expr;
  }

  #binary(level: number): Expr {
    const operators = LEVELS[level];
    if (!operators) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const op = operators.find((each) => this.tokens.isNext(each));
      if (op === undefined) return left;
      const { at } = this.tokens.require(op);
      left = { kind: "call", name: operatorName(op), args: [left, this.#binary(level + 1)], at };
    }
  }

  /** A long chain becomes a balanced tree, as in cel-go. */
  #logical(operator: Logical["operator"]): Expr {
    const term = () => (operator === "||" ? this.#logical("&&") : this.#binary(0));
    const terms = [term()];
    const places: number[] = [];
    for (let token = this.tokens.take(operator); token; token = this.tokens.take(operator)) {
      places.push(token.at);
      terms.push(term());
    }
    return balanced(operator, terms, places);
  }

  #unary(): Expr {
    for (const op of ["!", "-"] as const) {
      if (!this.tokens.isNext(op)) continue;
      const { at } = this.tokens.require(op);
      const next = this.tokens.peek();
      if (op === "-" && (next.kind === "int" || next.kind === "double")) {
        this.tokens.skip();
        const value = next.kind === "int" ? -(next.value as bigint) : -(next.value as number);
        return this.#member({ kind: "literal", value, type: next.kind, at });
      }
      if (++this.#depth > MAX_DEPTH) this.tokens.fail(next, `expression recursion limit exceeded: ${MAX_DEPTH}`);
      const repeated = this.tokens.isNext(op);
      const operand = this.#unary();
      this.#depth--;
      const name = op === "!" ? "!_" : "-_";
      // A doubled operator cancels out, whatever follows.
      if (repeated && operand.kind === "call" && operand.name === name && operand.args[0]) return operand.args[0];
      return { kind: "call", name, args: [operand], at };
    }
    return this.#member(this.#primary());
  }

  #member(start: Expr): Expr {
    let expr = start;
    for (;;) {
      const dot = this.tokens.take(".");
      if (dot) {
        const optional = this.tokens.take("?") !== undefined;
        const name = this.#name();
        const open = optional ? undefined : this.tokens.take("(");
        if (open) expr = this.#call(name.text, open, expr);
        else if (optional)
          expr = {
            kind: "call",
            name: "_?._",
            args: [expr, { kind: "literal", value: name.text, type: "string", at: name.at }],
            at: dot.at,
          };
        else expr = { kind: "select", operand: expr, field: name.text, testOnly: false, at: dot.at };
        continue;
      }
      const open = this.tokens.take("[");
      if (!open) return expr;
      const optional = this.tokens.take("?") !== undefined;
      const index = this.tokens.within("index", () => this.#expr());
      expr = { kind: "call", name: optional ? "_[?_]" : "_[_]", args: [expr, index], at: open.at };
    }
  }

  #name(): Token {
    const token = this.tokens.peek();
    if (token.value === "quoted") this.tokens.fail(token, "unsupported syntax: '`'");
    if (token.kind !== "ident" || token.text === "in")
      this.tokens.fail(
        token,
        token.kind === "eof"
          ? "Syntax error: no viable alternative at input '.'"
          : `Syntax error: no viable alternative at input '.${token.text}'`,
      );
    this.tokens.skip();
    return token;
  }

  #call(name: string, open: Token, target?: Expr): Expr {
    const args = this.tokens.list("(", () => this.#expr());
    const call = { kind: "call", name, args, at: open.at, ...(target ? { target } : {}) } as const;
    return expandMacro(call, this.binds) ?? call;
  }

  #primary(): Expr {
    const token = this.tokens.peek();
    const { at } = token;
    switch (token.kind) {
      case "int":
        if (token.value === 2n ** 63n) this.tokens.fail(token, "invalid int literal");
        this.tokens.skip();
        return { kind: "literal", value: token.value, type: "int", at };
      case "uint":
      case "double":
      case "string":
      case "bytes":
        this.tokens.skip();
        return { kind: "literal", value: token.value, type: token.kind, at };
      case "ident":
        return this.#identifier(token);
      case "eof":
        return this.#skipped();
      default:
        return this.#bracketed(token);
    }
  }

  #identifier(token: Token): Expr {
    const { text, at } = token;
    if (text === "in" || token.value === "quoted") return this.#skipped();
    this.tokens.skip();
    if (text === "true" || text === "false") return { kind: "literal", value: text === "true", type: "bool", at };
    if (text === "null") return { kind: "literal", value: null, type: "null_type", at };
    if (isReserved(text)) this.tokens.note(token, `reserved identifier: ${text}`);
    const open = this.tokens.take("(");
    if (open) return this.#call(text, open);
    const struct = this.#structName(text);
    return struct ? this.#struct(struct) : { kind: "ident", name: text, at };
  }

  /** `Object{…}` and `Object.spec{…}`: names, then a brace. */
  #structName(first: string): string | undefined {
    let name = first;
    let ahead = 0;
    while (this.tokens.isNext(".", ahead) && this.tokens.peek(ahead + 1).kind === "ident") {
      name += `.${this.tokens.peek(ahead + 1).text}`;
      ahead += 2;
    }
    if (!this.tokens.isNext("{", ahead)) return undefined;
    this.tokens.skip(ahead);
    return name;
  }

  #struct(name: string): Expr {
    const at = this.tokens.take("{")?.at ?? 0;
    const fields = this.tokens.list("{", () => {
      const optional = this.tokens.take("?") !== undefined;
      const field = this.#name();
      const colon = this.tokens.require(":");
      return { name: field.text, value: this.#expr(), optional, at: colon.at };
    });
    return { kind: "struct", name, fields, at };
  }

  #bracketed(token: Token): Expr {
    const { at } = token;
    if (this.tokens.take("(")) {
      return this.tokens.within("group", () => this.#expr());
    }
    if (this.tokens.take("[")) {
      const optional = new Set<number>();
      let i = 0;
      const elements = this.tokens.list("[", () => {
        if (this.tokens.take("?")) optional.add(i);
        i++;
        return this.#expr();
      });
      return { kind: "list", elements, optional, at };
    }
    if (this.tokens.take("{")) {
      const entries = this.tokens.list("{", () => {
        const optional = this.tokens.take("?") !== undefined;
        const key = this.#expr();
        this.tokens.require(":");
        return { key, value: this.#expr(), optional };
      });
      return { kind: "map", entries, at };
    }
    if (this.tokens.take(".")) return this.#identifier(this.tokens.peek());
    return this.#skipped();
  }

  #skipped(): Expr {
    this.tokens.unexpected();
    return this.#primary();
  }
}
